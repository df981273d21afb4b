package dev.sae4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.sae4j.testing.Gen;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GemmTest {
    static Stream<Tile> tiles() {
        return Stream.of(new Tile12x2(), new Tile8x3(), new Tile2x6(), new Tile6x2());
    }

    @ParameterizedTest
    @MethodSource("tiles")
    void everyTileEqualsItsScalarTwin(Tile tile) {
        Gen.forAll(
                8,
                random -> {
                    int depth = random.nextInt(70);
                    int rows = tile.rows();
                    int columns = tile.columns();
                    float[] a = Gen.gaussians(random, depth * rows + 3);
                    float[] b = Gen.gaussians(random, depth * columns + 5);
                    float[] found = Gen.gaussians(random, rows * columns); // to be overwritten
                    tile.multiply(depth, a, 3, b, 5, found);
                    for (int i = 0; i < rows; i++) {
                        for (int j = 0; j < columns; j++) {
                            float sum = 0;
                            for (int k = 0; k < depth; k++) {
                                float left = a[3 + k * rows + i];
                                float right = b[5 + k * columns + j];
                                sum = Math.fma(left, right, sum);
                            }
                            // same operations in the same order: no tolerance
                            assertThat(found[i * columns + j]).isEqualTo(sum);
                        }
                    }
                });
    }

    @ParameterizedTest
    @MethodSource("tiles")
    void aSumCutInStretchesHasTheBitsOfOneInASingleRun(Tile tile) {
        var random = new SplittableRandom(5);
        int size = tile.rows() * tile.columns();
        float[] a = Gen.gaussians(random, 50 * tile.rows());
        float[] b = Gen.gaussians(random, 50 * tile.columns());
        float[] whole = new float[size];
        tile.multiply(50, a, 0, b, 0, whole);
        float[] cut = new float[size + 7];
        tile.extend(19, a, 0, b, 0, tile.zeros(), 0, cut, 7);
        tile.extend(31, a, 19 * tile.rows(), b, 19 * tile.columns(), cut, 7, cut, 7);
        assertThat(Arrays.copyOfRange(cut, 7, cut.length)).isEqualTo(whole);
    }

    @Test
    void tilesOfARowArriveOnceInAscendingOrderOfColumns() {
        for (int depth : new int[] {3, 700, 1300}) {
            int n = 400;
            int m = 333;
            int[] next = new int[n];
            try (var workers = Workers.of(2)) {
                Gemm.multiplyByRows(
                        workers,
                        Rows.of(new float[n * depth], n, depth),
                        PackedMatrix.allocate(m, depth),
                        (tile, stride, row, rows, column, columns) -> {
                            for (int r = row; r < row + rows; r++) {
                                assertThat(column).isEqualTo(next[r]);
                                next[r] += columns;
                            }
                        });
            }
            assertThat(next).containsOnly(m);
        }
    }

    @Test
    void aMatrixUsedOnceOrForFewRowsGivesTheBitsOfAPackedOne() {
        Gen.forAll(
                12,
                random -> {
                    int n = 1 + random.nextInt(20);
                    int m = 1 + random.nextInt(150);
                    int depth = 1 + random.nextInt(90);
                    float[] x = Gen.gaussians(random, n * depth);
                    float[] w = Gen.gaussians(random, m * depth);
                    PackedMatrix.RowSource source =
                            (row, to, at) -> System.arraycopy(w, row * depth, to, at, depth);
                    Rows rows = Rows.of(x, n, depth).minus(Gen.gaussians(random, depth));
                    float[] expected = new float[n * m];
                    float[] found = new float[n * m];
                    try (var workers = Workers.of(1 + random.nextInt(3))) {
                        var packed = PackedMatrix.of(workers, w, m, depth);
                        Gemm.multiply(workers, rows, packed, expected);
                        for (boolean plain : new boolean[] {true, false}) {
                            Gemm.multiplyOnce(workers, rows, m, source, found, plain);
                            assertThat(found).isEqualTo(expected);
                        }
                        FewRows.multiply(
                                workers,
                                rows,
                                m,
                                source,
                                (tile, stride, row, count, column, columns) -> {
                                    for (int r = 0; r < count; r++) {
                                        int to = (row + r) * m + column;
                                        System.arraycopy(tile, r * stride, found, to, columns);
                                    }
                                });
                        assertThat(found).isEqualTo(expected);
                    }
                });
    }

    @Test
    void productsOfAnySizeEqualThePlainLoop() {
        Gen.forAll(
                40,
                random -> {
                    int n = 1 + random.nextInt(80);
                    int m = 1 + random.nextInt(150);
                    int depth = 1 + random.nextInt(200);
                    float[] x = Gen.gaussians(random, n * depth);
                    float[] w = Gen.gaussians(random, m * depth);
                    double[] expected = Scalar.multiply(x, w, n, m, depth);
                    float[] found = new float[n * m];
                    try (var workers = Workers.of(1 + random.nextInt(3))) {
                        var packed = PackedMatrix.of(workers, w, m, depth);
                        Gemm.multiply(workers, Rows.of(x, n, depth), packed, found);
                    }
                    for (int i = 0; i < found.length; i++) {
                        // depth roundings of terms of size about 1
                        assertThat((double) found[i]).isCloseTo(expected[i], within(2e-6 * depth));
                    }
                });
    }

    @Test
    void subtractsAVectorFromEachRow() {
        var random = new SplittableRandom(1);
        float[] x = Gen.gaussians(random, 7 * 20);
        float[] shift = Gen.gaussians(random, 20);
        float[] w = Gen.gaussians(random, 9 * 20);
        float[] centred = x.clone();
        for (int i = 0; i < x.length; i++) {
            centred[i] -= shift[i % 20];
        }
        float[] a = new float[63];
        float[] b = new float[63];
        try (var workers = Workers.of(1)) {
            var packed = PackedMatrix.of(workers, w, 9, 20);
            Gemm.multiply(workers, Rows.of(x, 7, 20).minus(shift), packed, a);
            Gemm.multiply(workers, Rows.of(centred, 7, 20), packed, b);
        }
        assertThat(a).isEqualTo(b);
    }

    @Test
    void resultsDoNotDependOnThreadsOrBlocks() {
        var random = new SplittableRandom(2);
        int n = 333;
        int depth = 1500; // several stretches
        int m = 270;
        float[] x = Gen.gaussians(random, n * depth);
        float[] w = Gen.gaussians(random, m * depth);
        float[] one = new float[n * m];
        float[] three = new float[n * m];
        float[] single = new float[n * m];
        try (var a = Workers.of(1);
                var b = Workers.of(3)) {
            var packed = PackedMatrix.of(a, w, m, depth);
            Gemm.multiply(a, Rows.of(x, n, depth), packed, one);
            Gemm.multiply(b, Rows.of(x, n, depth), packed, three);
            for (int r = 0; r < n; r++) {
                float[] row = new float[m];
                Gemm.multiply(b, Rows.of(x, n, depth).slice(r, 1), packed, row);
                System.arraycopy(row, 0, single, r * m, m);
            }
        }
        assertThat(three).isEqualTo(one);
        assertThat(single).isEqualTo(one);
    }

    @Test
    void nanAndInfinityComeThrough() {
        float[] x = {1, Float.NaN, Float.POSITIVE_INFINITY};
        float[] w = {1, 0, 0, 0, 0, 1, 0, 0, 0};
        float[] out = new float[3];
        try (var workers = Workers.of(1)) {
            Gemm.multiply(workers, Rows.of(x, 1, 3), PackedMatrix.of(workers, w, 3, 3), out);
        }
        assertThat(out).containsOnly(Float.NaN);
    }

    @Test
    void refusesRowsOfAnotherWidth() {
        try (var workers = Workers.of(1)) {
            var packed = PackedMatrix.of(workers, new float[12], 4, 3);
            assertThatThrownBy(() ->
                            Gemm.multiply(
                                    workers, Rows.of(new float[8], 2, 4), packed, new float[8]))
                    .hasMessage("rows of 4 floats do not fit a matrix of depth 3");
        }
    }
}
