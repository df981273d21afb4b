package dev.sae4j.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sae4j.testing.Gen;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Every source goes on after [TrainingRows#seek] as if it had never been stopped.
class ResumedRowsTest {
    private static final int ROWS = 1300;
    private static final int WIDTH = 3;
    private static final int ROW_BYTES = WIDTH * Float.BYTES;

    @TempDir Path dir;

    @Test
    void rowsInMemoryGoOnWhereTheyWere() {
        float[] values = Stores.batch(0, ROWS, WIDTH).values();
        Gen.forAll(
                10,
                random -> {
                    long seed = random.nextLong();
                    goesOn(() -> TrainingRows.of(values, WIDTH, seed), random);
                });
        Gen.forAll(3, random -> goesOn(() -> TrainingRows.inOrder(values, WIDTH), random));
    }

    @Test
    void aStoreGoesOnWhereItWasWhateverItsBuffer() {
        try (var store = ActivationStore.open(Stores.write(dir.resolve("s"), ROWS, WIDTH, 300))) {
            Gen.forAll(
                    20,
                    random -> {
                        long buffer = random.nextLong(1, 3L * ROWS / 2 * ROW_BYTES);
                        var split =
                                random.nextBoolean()
                                        ? DocumentSplit.ALL
                                        : DocumentSplit.trainingWithout(3);
                        var shuffle = new Shuffle(random.nextLong(), buffer, split);
                        goesOn(() -> store.shuffled(shuffle), random);
                    });
        }
    }

    @Test
    void aPairOfStoresGoesOnWhereItWas() {
        try (var inputs = ActivationStore.open(Stores.write(dir.resolve("i"), ROWS, WIDTH, 300));
                var targets = ActivationStore.open(Stores.write(dir.resolve("t"), ROWS, 2, 170))) {
            for (long bufferRows : new long[] {100, ROWS}) {
                var shuffle = new Shuffle(3, bufferRows * 5 * Float.BYTES, DocumentSplit.ALL);
                goesOn(
                        () -> TrainingRows.paired(inputs, targets, shuffle),
                        new SplittableRandom(bufferRows));
            }
        }
    }

    @Test
    void aLiveSourceGoesOnWhereItWas() {
        try (var store = ActivationStore.open(Stores.write(dir.resolve("s"), 200, WIDTH, 70))) {
            Gen.forAll(
                    5,
                    random -> {
                        int buffer = random.nextInt(1, 300);
                        goesOn(() -> ShuffleBuffer.repeating(store, buffer, 5), random);
                    });
        }
    }

    @Test
    void aStoreThatFitsTheBufferGivesTheOrderOfTheSameRowsInMemory() {
        float[] values = Stores.batch(0, ROWS, WIDTH).values();
        try (var store = ActivationStore.open(Stores.write(dir.resolve("s"), ROWS, WIDTH, 300));
                var reader = store.shuffled(Shuffle.of(11))) {
            assertThat(read(reader, 2 * ROWS))
                    .isEqualTo(read(TrainingRows.of(values, WIDTH, 11), 2 * ROWS));
        }
    }

    @Test
    void thereIsNothingBeforeTheFirstRow() {
        assertThatThrownBy(() -> TrainingRows.of(new float[4], 2, 1).seek(-1))
                .hasMessage("there is no position -1");
    }

    /// Reads on without a break, and compares what comes after jumps to and fro.
    private static void goesOn(Supplier<TrainingRows> open, SplittableRandom random) {
        TrainingRows steady = open.get();
        int width = steady.width();
        steady.next(new float[width], 1);
        int epoch = (int) Math.min(steady.rowsPerEpoch(), ROWS);
        steady.seek(0);
        int length = 3 * epoch;
        float[] all = read(steady, length);
        close(steady);
        TrainingRows jumping = open.get();
        for (int i = 0; i < 8; i++) {
            int at =
                    switch (i) {
                        case 0 -> 2 * epoch + 1;
                        case 1 -> epoch;
                        case 2 -> 0;
                        default -> random.nextInt(length);
                    };
            int n = random.nextInt(1, length - at + 1);
            jumping.seek(at);
            assertThat(jumping.position()).isEqualTo(at);
            assertThat(read(jumping, n))
                    .as("%d rows from %d", n, at)
                    .isEqualTo(Arrays.copyOfRange(all, at * width, (at + n) * width));
            assertThat(jumping.position()).isEqualTo(at + n);
        }
        close(jumping);
    }

    private static float[] read(TrainingRows rows, int n) {
        float[] target = new float[n * rows.width()];
        assertThat(rows.next(target, n)).isEqualTo(n);
        return target;
    }

    private static void close(TrainingRows rows) {
        if (rows instanceof AutoCloseable closeable) {
            try {
                closeable.close();
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }
    }
}
