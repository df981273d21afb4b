package dev.sae4j.lm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sae4j.kernel.FewRows;
import dev.sae4j.kernel.Linear;
import dev.sae4j.kernel.PackedMatrix;
import dev.sae4j.kernel.Rows;
import dev.sae4j.kernel.Workers;
import dev.sae4j.testing.Gen;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StoredMatrixTest {
    private static final int OUTPUTS = 70;
    private static final int DEPTH = 33;
    private static final long SIZE = 4L * OUTPUTS * DEPTH; // bytes

    private final Workers workers = Workers.of(2);
    private final float[] values = Gen.gaussians(new SplittableRandom(3), OUTPUTS * DEPTH);
    private final AtomicInteger reads = new AtomicInteger(); // of rows

    @AfterEach
    void closeWorkers() {
        workers.close();
    }

    private StoredMatrix matrix(PackedRoom room) {
        return new StoredMatrix(
                OUTPUTS,
                DEPTH,
                (row, target, at) -> {
                    reads.incrementAndGet();
                    System.arraycopy(values, row * DEPTH, target, at, DEPTH);
                },
                room);
    }

    private float[] product(StoredMatrix matrix, int rows) {
        float[] x = Gen.gaussians(new SplittableRandom(rows), rows * DEPTH);
        float[] out = new float[rows * OUTPUTS];
        Linear.store(workers, Rows.of(x, rows, DEPTH), matrix, null, out);
        return out;
    }

    private float[] expected(int rows) {
        float[] x = Gen.gaussians(new SplittableRandom(rows), rows * DEPTH);
        float[] out = new float[rows * OUTPUTS];
        var packed = PackedMatrix.of(workers, values, OUTPUTS, DEPTH);
        Linear.store(workers, Rows.of(x, rows, DEPTH), packed, null, out);
        return out;
    }

    @Test
    void everyWayGivesTheSameBits() {
        for (long bytes : new long[] {0, SIZE}) {
            StoredMatrix matrix = matrix(new PackedRoom(bytes));
            for (int rows : new int[] {1, FewRows.MOST, 1, 3, 2, 1, FewRows.MOST + 1, 100, 1}) {
                assertThat(product(matrix, rows)).isEqualTo(expected(rows));
            }
        }
    }

    @Test
    void fewRowsAreReadFromTheFileUntilPackingPays() {
        StoredMatrix matrix = matrix(new PackedRoom(SIZE));
        for (int i = 0; i < 4; i++) {
            product(matrix, 1);
        }
        assertThat(reads).hasValue(4 * OUTPUTS);
        product(matrix, 1);
        assertThat(reads).as("packed").hasValue(5 * OUTPUTS);
        product(matrix, 1);
        product(matrix, 100);
        assertThat(reads).as("kept").hasValue(5 * OUTPUTS);
    }

    @Test
    void whatFindsNoRoomIsPackedForEachUseAndReadInPlaceForFewRows() {
        var room = new PackedRoom(2 * SIZE - 1);
        StoredMatrix first = matrix(room);
        StoredMatrix second = matrix(room);
        product(first, 100);
        product(second, 100);
        assertThat(reads).hasValue(2 * OUTPUTS);
        product(first, 100);
        assertThat(reads).as("the first has its place").hasValue(2 * OUTPUTS);
        product(second, 100);
        assertThat(reads).as("the second has none").hasValue(3 * OUTPUTS);
        for (int i = 0; i < 10; i++) {
            product(second, 1);
        }
        assertThat(reads).hasValue(13 * OUTPUTS);
    }

    @Test
    void lentMemoryIsUsedAgain() {
        var room = new PackedRoom(0);
        PackedMatrix[] lent = new PackedMatrix[2];
        room.lend(OUTPUTS, DEPTH, m -> lent[0] = m);
        room.lend(OUTPUTS, DEPTH, m -> lent[1] = m);
        assertThat(lent[1]).isSameAs(lent[0]);
        room.lend(
                OUTPUTS, DEPTH, m -> room.lend(OUTPUTS, DEPTH, o -> assertThat(o).isNotSameAs(m)));
    }
}
