package dev.sae4j.sae;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sae4j.kernel.Gemm;
import dev.sae4j.kernel.PackedMatrix;
import dev.sae4j.kernel.Rows;
import dev.sae4j.kernel.Workers;
import dev.sae4j.testing.Gen;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.DoublePredicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Selections held against a plain loop over all scores. The products have depth 1, so that both
/// compute the same bits.
class SelectionsTest {
    /// One entry, as the plain loop finds it.
    private record Entry(int row, int feature, float value) {}

    /// A batch of depth 1: `[n]` inputs, `[f]` weights, biases and scales.
    private record Batch(float[] x, float[] w, float[] bias, float @Nullable [] scale) {
        /// @param values how many different values there are; few of them make many ties
        static Batch of(SplittableRandom random, int values, boolean scaled) {
            int n = 1 + random.nextInt(150);
            int f = 1 + random.nextInt(200);
            float[] scale = scaled ? draw(random, f, values) : null;
            return new Batch(
                    draw(random, n, values),
                    draw(random, f, values),
                    draw(random, f, values),
                    scale);
        }

        private static float[] draw(SplittableRandom random, int n, int values) {
            float[] x = new float[n];
            for (int i = 0; i < n; i++) {
                x[i] = (random.nextInt(2 * values + 1) - values) / 4f;
            }
            return x;
        }

        Rows rows() {
            return Rows.of(x, x.length, 1);
        }

        PackedMatrix packed(Workers workers) {
            return PackedMatrix.of(workers, w, w.length, 1);
        }

        float score(int row, int j) {
            float z = x[row] * w[j] + bias[j];
            return scale == null ? z : z * scale[j];
        }

        List<Entry> all(DoublePredicate wanted) {
            List<Entry> all = new ArrayList<>();
            for (int r = 0; r < x.length; r++) {
                for (int j = 0; j < w.length; j++) {
                    float score = score(r, j);
                    if (wanted.test(score)) {
                        all.add(new Entry(r, j, score));
                    }
                }
            }
            return all;
        }
    }

    private static List<Entry> entries(CodesBuffer codes) {
        List<Entry> all = new ArrayList<>();
        for (int r = 0; r < codes.rows(); r++) {
            for (int i = codes.rowStart()[r]; i < codes.rowStart()[r + 1]; i++) {
                all.add(new Entry(r, codes.feature()[i], codes.value()[i]));
            }
        }
        return all;
    }

    private static Gemm.Sink store(float[] all, int width) {
        return (tile, stride, row, rows, column, columns) -> {
            for (int r = 0; r < rows; r++) {
                System.arraycopy(tile, r * stride, all, (row + r) * width + column, columns);
            }
        };
    }

    @Test
    void aboveRowsKeepsWhatIsAboveTheLimitOfItsFeature() {
        var codes = new CodesBuffer(); // one for all batches, of any size
        Gen.forAll(
                80,
                random -> {
                    var batch = Batch.of(random, 6, false);
                    if (random.nextInt(5) == 0) {
                        batch.x[0] = Float.NaN;
                    }
                    float[] lower = new float[batch.w.length];
                    for (int j = 0; j < lower.length; j++) {
                        lower[j] = new float[] {0, 1, Float.NEGATIVE_INFINITY}[j % 3];
                    }
                    List<Entry> expected = batch.all(z -> !Double.isNaN(z));
                    expected.removeIf(e -> !(e.value > lower[e.feature]));
                    try (var workers = Workers.of(1 + random.nextInt(3))) {
                        var w = batch.packed(workers);
                        int n = expected.size();
                        var x = batch.rows();
                        float[] all = new float[batch.x.length * lower.length];
                        Gemm.Sink copy = store(all, lower.length);
                        assertThat(
                                        AboveRows.select(
                                                workers, x, w, batch.bias, lower, codes, n, copy))
                                .isTrue();
                        for (Entry e : expected) {
                            float product = all[e.row * lower.length + e.feature];
                            assertThat(product + batch.bias[e.feature]).isEqualTo(e.value);
                        }
                        assertThat(entries(codes)).isEqualTo(expected);
                        assertThat(codes.size()).isEqualTo(n);
                        if (n > 0) {
                            assertThat(
                                            AboveRows.select(
                                                    workers,
                                                    x,
                                                    w,
                                                    batch.bias,
                                                    lower,
                                                    codes,
                                                    n - 1,
                                                    null))
                                    .isFalse();
                            assertThat(codes.size()).isZero();
                            assertThat(codes.rows()).isEqualTo(batch.x.length);
                        }
                    }
                });
    }

    @Test
    void batchTopKKeepsWhatASortKeepsWhateverTheLastBatchWas() {
        var selection = new BatchTopKRows(); // its guess comes from an unrelated batch
        var codes = new CodesBuffer();
        Gen.forAll(
                150,
                random -> {
                    int values = random.nextBoolean() ? 3 : 1000;
                    var batch = Batch.of(random, values, random.nextBoolean());
                    if (random.nextInt(5) == 0) {
                        batch.x[0] = Float.NaN;
                    }
                    List<Entry> positive = batch.all(z -> z > 0);
                    int n = random.nextInt(1 + positive.size() + 10);
                    List<Entry> expected = largest(positive, n);
                    try (var workers = Workers.of(1 + random.nextInt(3))) {
                        selection.select(
                                workers,
                                batch.rows(),
                                batch.packed(workers),
                                batch.bias,
                                batch.scale,
                                n,
                                codes,
                                null);
                    }
                    assertThat(entries(codes)).isEqualTo(expected);
                });
    }

    private static List<Entry> largest(List<Entry> all, int n) {
        return all.stream()
                .sorted(Comparator.comparingDouble((Entry e) -> -e.value))
                .limit(n)
                .sorted(Comparator.comparingInt(Entry::row).thenComparingInt(Entry::feature))
                .toList();
    }

    @Test
    void batchTopKFollowsScoresThatGrowAndShrink() {
        var random = new SplittableRandom(1);
        var selection = new BatchTopKRows();
        var codes = new CodesBuffer();
        var batch = Batch.of(random, 1000, false);
        try (var workers = Workers.of(2)) {
            for (float factor : new float[] {1, 1e-3f, 1e-20f, 1e10f, 1}) {
                var x = batch.x.clone();
                var bias = batch.bias.clone();
                for (int i = 0; i < x.length; i++) {
                    x[i] *= factor;
                }
                for (int j = 0; j < bias.length; j++) {
                    bias[j] *= factor;
                }
                var now = new Batch(x, batch.w, bias, null);
                var w = now.packed(workers);
                selection.select(workers, now.rows(), w, bias, null, 40, codes, null);
                assertThat(entries(codes)).isEqualTo(largest(now.all(z -> z > 0), 40));
            }
        }
    }
}
