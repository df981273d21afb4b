package dev.sae4j.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sae4j.testing.Gen;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingRowsTest {
    private static final int ROWS = 3000;

    /// Bytes of one row of the stores below: one float.
    private static final int ROW = 4;

    @TempDir Path dir;

    @Test
    void aShuffledStoreGivesEachRowOnceAnEpochWhateverTheBuffer() {
        Path folder = Stores.write(dir.resolve("store"), ROWS, 1, 700);
        try (var store = ActivationStore.open(folder)) {
            Gen.forAll(
                    30,
                    random -> {
                        long buffer = random.nextLong(1, 2L * ROWS * ROW);
                        try (var reader =
                                store.shuffled(
                                        new Shuffle(
                                                random.nextLong(), buffer, DocumentSplit.ALL))) {
                            assertThat(reader.bufferRows())
                                    .isEqualTo(Math.clamp(buffer / ROW, 1, ROWS));
                            for (int e = 0; e < 3; e++) {
                                assertThat(sorted(epoch(reader, random.nextInt(1, 1000))))
                                        .isEqualTo(all());
                            }
                        }
                    });
        }
    }

    @Test
    void sameSeedSameOrderOtherSeedOrEpochOtherOrder() {
        Path folder = Stores.write(dir.resolve("store"), ROWS, 1, 700);
        try (var store = ActivationStore.open(folder)) {
            for (long buffer : new long[] {600 * ROW, ROWS * ROW}) {
                try (var a = store.shuffled(new Shuffle(1, buffer, DocumentSplit.ALL));
                        var b = store.shuffled(new Shuffle(1, buffer, DocumentSplit.ALL));
                        var c = store.shuffled(new Shuffle(2, buffer, DocumentSplit.ALL))) {
                    float[] first = epoch(a, 100);
                    assertThat(epoch(b, 33)).as("batch size does not matter").isEqualTo(first);
                    assertThat(epoch(c, 100)).isNotEqualTo(first);
                    float[] second = epoch(a, 100);
                    assertThat(second).isNotEqualTo(first);
                    assertThat(epoch(b, 100)).isEqualTo(second);
                }
            }
        }
    }

    @Test
    void aBufferOfAFifthOfTheStoreMixesWell() {
        Path folder = Stores.write(dir.resolve("store"), ROWS, 1, 700);
        try (var store = ActivationStore.open(folder);
                var reader = store.shuffled(new Shuffle(7, ROWS / 5 * ROW, DocumentSplit.ALL))) {
            float[] order = epoch(reader, 100);
            // Neighbours in a random order of 3000 are 1000 apart on average (a third), with a
            // standard error of 13; neighbours in the store are 1 apart.
            double apart =
                    IntStream.range(1, ROWS)
                            .mapToDouble(i -> Math.abs(order[i] - order[i - 1]))
                            .average()
                            .orElseThrow();
            assertThat(apart).isBetween(900.0, 1100.0);
            // each batch of 300 spreads over the store: its mean is 1500 with a standard error of
            // 50
            for (int at = 0; at < ROWS; at += 300) {
                double mean =
                        IntStream.range(at, at + 300)
                                .mapToDouble(i -> order[i])
                                .average()
                                .orElseThrow();
                assertThat(mean).isBetween(1000.0, 2000.0);
            }
        }
    }

    @Test
    void readsTheRowsOfItsDocumentsOnly() {
        Path folder = Stores.write(dir.resolve("store"), ROWS, 1, 700);
        var split = DocumentSplit.trainingWithout(3);
        float[] wanted = new float[ROWS];
        int n = 0;
        for (int row = 0; row < ROWS; row++) {
            if (split.contains(row / 5)) {
                wanted[n++] = row;
            }
        }
        try (var store = ActivationStore.open(folder)) {
            for (long buffer : new long[] {100 * ROW, ROWS * ROW}) {
                try (var reader = store.shuffled(new Shuffle(1, buffer, split))) {
                    assertThat(reader.rowsPerEpoch()).isEqualTo(n);
                    assertThat(sorted(epoch(reader, 64))).isEqualTo(Arrays.copyOf(wanted, n));
                }
            }
        }
    }

    @Test
    void saysWhenNoDocumentIsLeft() {
        Path folder = Stores.write(dir.resolve("store"), 5, 1, 700);
        try (var store = ActivationStore.open(folder)) {
            assertThatThrownBy(
                            () -> store.shuffled(Shuffle.of(1).only(DocumentSplit.heldOut(1000))))
                    .hasMessageContaining("no rows in this part of its documents");
        }
    }

    @Test
    void rowsInMemoryArePermutedEachEpoch() {
        float[] values = all();
        TrainingRows rows = TrainingRows.of(values, 1, 5);
        float[] first = epoch(rows, 77);
        float[] second = epoch(rows, 77);
        assertThat(sorted(first)).isEqualTo(values);
        assertThat(sorted(second)).isEqualTo(values);
        assertThat(first).isNotEqualTo(second);
        assertThat(epoch(TrainingRows.of(values, 1, 5), 10)).isEqualTo(first);
    }

    @Test
    void aBatchMayCrossTheEndOfAnEpoch() {
        float[] target = new float[250];
        assertThat(TrainingRows.of(Arrays.copyOf(all(), 100), 1, 5).next(target, 250))
                .isEqualTo(250);
        assertThat(sorted(Arrays.copyOfRange(target, 100, 200)))
                .isEqualTo(Arrays.copyOf(all(), 100));
    }

    private static float[] epoch(TrainingRows rows, int batch) {
        int n = (int) rows.rowsPerEpoch();
        float[] order = new float[n];
        float[] target = new float[batch];
        for (int at = 0; at < n; at += batch) {
            int take = Math.min(batch, n - at);
            rows.next(target, take);
            System.arraycopy(target, 0, order, at, take);
        }
        return order;
    }

    private static float[] all() {
        float[] all = new float[ROWS];
        for (int i = 0; i < ROWS; i++) {
            all[i] = i;
        }
        return all;
    }

    private static float[] sorted(float[] values) {
        float[] copy = values.clone();
        Arrays.sort(copy);
        return copy;
    }
}
