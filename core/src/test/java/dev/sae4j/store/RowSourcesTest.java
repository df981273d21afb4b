package dev.sae4j.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sae4j.io.DType;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.SafetensorsWriter;
import dev.sae4j.io.Tensor;
import dev.sae4j.testing.Gen;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What each source of rows gives, and what it refuses.
@Timeout(60)
class RowSourcesTest {
    @TempDir Path dir;

    @Test
    void anEpochsLastBatchIsShorter() {
        TrainingRows rows = TrainingRows.of(numbers(10), 1, 1);
        float[] target = new float[4];
        for (int epoch = 0; epoch < 2; epoch++) {
            float[] seen = new float[10];
            for (int at = 0; at < 10; at += 4) {
                int n = rows.nextWithinEpoch(target, 4);
                assertThat(n).isEqualTo(Math.min(4, 10 - at));
                System.arraycopy(target, 0, seen, at, n);
            }
            Arrays.sort(seen);
            assertThat(seen).isEqualTo(numbers(10));
        }
        assertThat(rows.position()).isEqualTo(20);
    }

    @Test
    void rowsInOrderComeAsTheyStand() {
        assertThat(read(TrainingRows.inOrder(numbers(3), 1), 7))
                .containsExactly(0, 1, 2, 0, 1, 2, 0);
    }

    @Test
    void rowsOfGivenOrdersComeLikeThatAndEnd() {
        var rows = TrainingRows.ofOrders(numbers(4), 1, new int[][] {{3, 0, 2}, {1, 1, 0}});
        float[] target = new float[9];
        assertThat(rows.rowsPerEpoch()).isEqualTo(3);
        assertThat(rows.next(target, 9)).isEqualTo(6);
        assertThat(Arrays.copyOf(target, 6)).containsExactly(3, 0, 2, 1, 1, 0);
        assertThat(rows.next(target, 1)).isZero();
        rows.seek(2);
        assertThat(rows.nextWithinEpoch(target, 9)).isEqualTo(1);
        assertThat(target[0]).isEqualTo(2);
        assertThatThrownBy(() -> rows.seek(7))
                .hasMessage("position 7 is behind the end: 2 epochs of 3 rows");
    }

    @Test
    void refusesOrdersThatDoNotFit() {
        assertThatThrownBy(() -> TrainingRows.ofOrders(numbers(4), 1, new int[][] {{0, 1}, {0, 4}}))
                .hasMessage("epoch 1 asks for row 4: there are rows 0 to 3");
        assertThatThrownBy(() -> TrainingRows.ofOrders(numbers(4), 1, new int[][] {{0, 1}, {0}}))
                .hasMessage("epoch 1 has 1 rows, epoch 0 has 2");
    }

    @Test
    void twoSourcesSideBySideKeepTheirRowsTogether() {
        var rows =
                TrainingRows.sideBySide(
                        TrainingRows.inOrder(new float[] {1, 2, 3, 4}, 2),
                        TrainingRows.inOrder(new float[] {-1, -2}, 1));
        assertThat(rows.width()).isEqualTo(3);
        assertThat(rows.inputs()).isEqualTo(2);
        assertThat(read(rows, 2)).containsExactly(1, 2, -1, 3, 4, -2);
        rows.seek(1);
        assertThat(read(rows, 1)).containsExactly(3, 4, -2);
    }

    @Test
    void aPairHoldsInputAndTargetOfTheSameToken() {
        Path in = Stores.write(dir.resolve("in"), 500, 2, 90);
        Path out = dir.resolve("out");
        try (var writer = Stores.writer(out, DType.BF16, 3, 40 * (2 * 3 + 12))) {
            writer.add(Stores.batch(0, 500, 3));
            writer.finish(Stores.COUNTS);
        }
        try (var inputs = ActivationStore.open(in);
                var targets = ActivationStore.open(out);
                var rows =
                        TrainingRows.paired(
                                inputs, targets, new Shuffle(1, 60 * 14, DocumentSplit.ALL))) {
            assertThat(rows.width()).isEqualTo(5);
            assertThat(rows.inputs()).isEqualTo(2);
            assertThat(rows.bufferRows()).isEqualTo(60);
            float[] all = read(rows, 500);
            boolean[] seen = new boolean[500];
            for (int at = 0; at < all.length; at += 5) {
                int row = (int) all[at];
                seen[row] = true;
                assertThat(all[at + 1]).isEqualTo(row + 0.5f);
                for (int j = 0; j < 3; j++) {
                    short rounded = DType.floatToBfloat16(row + 0.5f * j);
                    assertThat(all[at + 2 + j]).isEqualTo(DType.bfloat16ToFloat(rounded));
                }
            }
            assertThat(seen).doesNotContain(false);
        }
    }

    @Test
    void refusesPairsThatAreNotOfOneHarvest() {
        try (var inputs = ActivationStore.open(Stores.write(dir.resolve("in"), 50, 2, 20));
                var fewer = ActivationStore.open(Stores.write(dir.resolve("few"), 49, 2, 20));
                var other = ActivationStore.open(otherTokenAt(33, 50))) {
            assertThatThrownBy(() -> TrainingRows.paired(inputs, fewer, Shuffle.of(1)))
                    .isInstanceOf(Sae4jException.class)
                    .hasMessageContaining("few] has 49 rows, but the inputs in in have 50");
            assertThatThrownBy(() -> TrainingRows.paired(inputs, other, Shuffle.of(1)))
                    .isInstanceOf(Sae4jException.class)
                    .hasMessageContaining(
                            "other] row 33 has token_id 34, but 33 in the inputs, in: harvest both");
        }
    }

    private Path otherTokenAt(int row, int rows) {
        Path folder = dir.resolve("other");
        ActivationBatch batch = Stores.batch(0, rows, 2);
        batch.token()[row]++;
        try (var writer = Stores.writer(folder, DType.F32, 2, 1 << 10)) {
            writer.add(batch);
            writer.finish(Stores.COUNTS);
        }
        return folder;
    }

    @Test
    void aLiveSourceGivesEachRowOnceAnEpochMixed() {
        Gen.forAll(
                20,
                random -> {
                    int n = random.nextInt(1, 400);
                    int buffer = random.nextInt(1, 500);
                    try (var rows = ShuffleBuffer.repeating(live(n, 64), buffer, 3)) {
                        float[] target = new float[n];
                        float[] first = {};
                        for (int epoch = 0; epoch < 3; epoch++) {
                            assertThat(rows.nextWithinEpoch(target, n)).isEqualTo(n);
                            float[] order = target.clone();
                            Arrays.sort(target);
                            assertThat(target).isEqualTo(numbers(n));
                            if (buffer > 20 && n > 20) {
                                assertThat(order).isNotEqualTo(target).isNotEqualTo(first);
                            }
                            first = order;
                        }
                    }
                });
    }

    @Test
    void aLiveSourceThatIsReadOnceEnds() {
        try (var rows = ShuffleBuffer.once(live(10, 3), 4, 1)) {
            assertThat(rows.rowsPerEpoch()).isEqualTo(Long.MAX_VALUE);
            assertThat(rows.next(new float[20], 20)).isEqualTo(10);
            assertThat(rows.next(new float[20], 20)).isZero();
            assertThat(rows.rowsPerEpoch()).isEqualTo(10);
            assertThatThrownBy(() -> rows.seek(11))
                    .isInstanceOf(Sae4jException.class)
                    .hasMessageContaining("end after 10 rows, but row 11 is wanted");
        }
    }

    @Test
    void whatALiveSourceThrowsArrivesBehindItsRows() {
        ActivationSource broken =
                source(receiver -> {
                    receiver.accept(Stores.batch(0, 5, 1));
                    throw new Sae4jException("the model burnt down");
                });
        try (var rows = ShuffleBuffer.once(broken, 2, 1)) {
            assertThat(rows.next(new float[3], 3)).isEqualTo(3);
            assertThatThrownBy(() -> rows.next(new float[9], 9)).hasMessage("the model burnt down");
        }
    }

    @Test
    void saysThatALiveSourceIsEmpty() {
        try (var rows = ShuffleBuffer.once(source(receiver -> {}), 2, 1)) {
            assertThatThrownBy(() -> rows.next(new float[3], 3))
                    .isInstanceOf(Sae4jException.class)
                    .hasMessageContaining("there are no activations to train on");
        }
    }

    @Test
    void closingEndsALiveSourceThatHasNoEnd() {
        var batches = new AtomicInteger();
        ActivationSource endless =
                source(receiver -> {
                    while (true) {
                        batches.incrementAndGet();
                        receiver.accept(Stores.batch(0, 10, 1));
                    }
                });
        var rows = ShuffleBuffer.once(endless, 15, 1);
        rows.next(new float[20], 20);
        rows.close();
        assertThat(batches.get()).as("it runs one batch ahead").isLessThanOrEqualTo(6);
    }

    @Test
    void aPlainFileGivesItsRowsInRandomOrderAndHoldsSomeOut() {
        for (DType dtype : List.of(DType.F32, DType.F16, DType.BF16)) {
            Path path = file(dtype.name(), dtype, numbers(200), 100, 2);
            try (var file = ActivationFile.open(path + "#acts")) {
                var split = new RowSplit(0.25, 9);
                TrainingRows rows = file.shuffled(1, split);
                assertThat(file.width()).isEqualTo(2);
                assertThat(rows.rowsPerEpoch()).isEqualTo(75);
                float[] heldOut = new float[25];
                AtomicInteger n = new AtomicInteger();
                file.heldOut(split)
                        .forEach(batch -> {
                            for (int i = 0; i < batch.rows(); i++) {
                                heldOut[n.getAndIncrement()] = batch.values()[2 * i];
                            }
                        });
                assertThat(n.get()).isEqualTo(25);
                assertThat(heldOut).isSorted();
                float[] all = Arrays.copyOf(heldOut, 100);
                float[] training = read(rows, 75);
                for (int i = 0; i < 75; i++) {
                    all[25 + i] = training[2 * i];
                    assertThat(training[2 * i + 1]).isEqualTo(training[2 * i] + 1);
                }
                Arrays.sort(all);
                for (int i = 0; i < 100; i++) {
                    assertThat(all[i]).isEqualTo(2 * i);
                }
                rows.seek(0);
                assertThat(read(rows, 75)).isEqualTo(training);
            }
        }
    }

    @Test
    void aPlainFileThatHoldsNaNIsRefusedByNameAndPlace() {
        float[] values = numbers(20);
        values[13] = Float.NaN;
        try (var file = ActivationFile.open(file("nan", DType.F32, values, 10, 2), "")) {
            String problem = "nan.safetensors] tensor 'acts' holds NaN in row 6, dimension 1";
            assertThatThrownBy(() -> read(file.shuffled(1, RowSplit.NONE), 10))
                    .isInstanceOf(Sae4jException.class)
                    .hasMessageContaining(problem);
            assertThatThrownBy(() -> file.forEach(batch -> {})).hasMessageContaining(problem);
        }
    }

    @Test
    void refusesTensorsThatAreNotActivations() {
        Path flat = file("flat", DType.F32, numbers(6), 6);
        assertThatThrownBy(() -> ActivationFile.open(flat, ""))
                .hasMessageContaining("tensor 'acts' F32 [6] is not a table of activations");
        assertThatThrownBy(() -> ActivationFile.open(flat + "#other"))
                .hasMessageContaining("flat.safetensors] has no tensor 'other'; it has [acts]");
        Path empty = file("empty", DType.F32, numbers(0), 0, 4);
        assertThatThrownBy(() -> ActivationFile.open(empty, ""))
                .hasMessageContaining("is not a table of activations");
        Path two = dir.resolve("two.safetensors");
        SafetensorsWriter.write(
                two,
                Map.of(),
                List.of(
                        Tensor.ofFloats("a", numbers(2), 1, 2),
                        Tensor.ofLongs("b", new long[2], 1, 2)));
        assertThatThrownBy(() -> ActivationFile.open(two, ""))
                .hasMessageContaining("has 2 tensors, none named 'activations': say which");
        assertThatThrownBy(() -> ActivationFile.open(two, "b"))
                .hasMessageContaining("tensor 'b' I64 [1, 2] cannot be trained on");
    }

    @Test
    void refusesToHoldOutEverything() {
        assertThatThrownBy(() -> new RowSplit(1, 0)).hasMessageContaining("a share of 1.0");
        try (var file = ActivationFile.open(file("one", DType.F32, numbers(2), 1, 2), "")) {
            assertThatThrownBy(() -> file.shuffled(1, new RowSplit(0.9, 0)))
                    .hasMessageContaining("has 1 rows, and all of them are held out");
        }
    }

    private Path file(String name, DType dtype, float[] values, long... shape) {
        MemorySegment data = MemorySegment.ofArray(new byte[values.length * dtype.bytes()]);
        dtype.fromFloats(values, 0, values.length, data, 0);
        Path path = dir.resolve(name + ".safetensors");
        SafetensorsWriter.write(path, Map.of(), List.of(new Tensor("acts", dtype, shape, data)));
        return path;
    }

    /// Rows 0 to `n - 1`, one float each, in batches whose arrays are used again.
    private static ActivationSource live(int n, int batch) {
        return source(receiver -> {
            float[] values = new float[batch];
            int[] zeros = new int[batch];
            for (int at = 0; at < n; at += batch) {
                int rows = Math.min(batch, n - at);
                for (int i = 0; i < rows; i++) {
                    values[i] = at + i;
                }
                receiver.accept(new ActivationBatch(rows, 1, values, zeros, zeros, zeros));
            }
        });
    }

    private static ActivationSource source(Consumer<Consumer<ActivationBatch>> walk) {
        return new ActivationSource() {
            @Override
            public int width() {
                return 1;
            }

            @Override
            public void forEach(Consumer<ActivationBatch> receiver) {
                walk.accept(receiver);
            }
        };
    }

    private static float[] read(TrainingRows rows, int n) {
        float[] target = new float[n * rows.width()];
        assertThat(rows.next(target, n)).isEqualTo(n);
        return target;
    }

    private static float[] numbers(int n) {
        float[] numbers = new float[n];
        for (int i = 0; i < n; i++) {
            numbers[i] = i;
        }
        return numbers;
    }
}
