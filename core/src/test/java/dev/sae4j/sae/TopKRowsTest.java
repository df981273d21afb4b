package dev.sae4j.sae;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sae4j.kernel.Gemm;
import dev.sae4j.kernel.PackedMatrix;
import dev.sae4j.kernel.Rows;
import dev.sae4j.kernel.Workers;
import dev.sae4j.testing.Gen;
import java.util.Arrays;
import java.util.Comparator;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TopKRowsTest {
    @Test
    void keepsWhatASortKeepsAndGivesTiesToTheSmallerColumn() {
        Gen.forAll(
                150,
                random -> {
                    int n = 1 + random.nextInt(40);
                    int f = 1 + random.nextInt(600);
                    int k = 1 + random.nextInt(Math.min(f, 90));
                    boolean absolute = random.nextBoolean();
                    // depth 1: the test computes the same bits; few values: many ties
                    int values = random.nextBoolean() ? 3 : 1000;
                    float[] x = whole(random, n, values);
                    float[] w = whole(random, f, values);
                    float[] bias = whole(random, f, values);
                    float[] scale = random.nextBoolean() ? null : whole(random, f, values);
                    float[][] score = new float[n][f];
                    for (int r = 0; r < n; r++) {
                        for (int j = 0; j < f; j++) {
                            float z = x[r] * w[j] + bias[j];
                            score[r][j] = scale == null ? z : z * scale[j];
                        }
                    }
                    float[] value = new float[n * k];
                    int[] column = new int[n * k];
                    var top = new TopKRows(k, bias, scale, absolute);
                    for (int batch = 0; batch < 2; batch++) { // used memory must not show
                        top.begin(n, value, column);
                        try (var workers = Workers.of(2)) {
                            var packed = PackedMatrix.of(workers, w, f, 1);
                            Gemm.multiplyByRows(workers, Rows.of(x, n, 1), packed, top);
                        }
                    }
                    for (int r = 0; r < n; r++) {
                        float[] z = score[r];
                        int[] expected =
                                IntStream.range(0, f)
                                        .boxed()
                                        .sorted(
                                                Comparator.comparingDouble(j ->
                                                        absolute ? -Math.abs(z[j]) : -(z[j] + 0f)))
                                        .limit(k)
                                        .mapToInt(j -> j)
                                        .sorted()
                                        .toArray();
                        for (int i = 0; i < k; i++) {
                            int j = column[r * k + i];
                            assertThat(j).isEqualTo(expected[i]);
                            assertThat(value[r * k + i]).isEqualTo(z[j]);
                        }
                    }
                });
    }

    private static float[] whole(SplittableRandom random, int n, int most) {
        float[] x = new float[n];
        for (int i = 0; i < n; i++) {
            x[i] = random.nextInt(-most, most + 1);
        }
        return x;
    }

    @Test
    void infinitiesAreKeptAndTheirTiesGoToTheSmallerColumn() {
        float up = Float.POSITIVE_INFINITY;
        float[] tile = new float[200];
        Arrays.fill(tile, 150, 200, up);
        tile[7] = -up;
        float[] value = new float[3];
        int[] column = new int[3];
        var top = new TopKRows(3, new float[200]);
        top.begin(1, value, column);
        top.accept(tile, 200, 0, 1, 0, 200);
        assertThat(column).containsExactly(150, 151, 152);
        assertThat(value).containsOnly(up);
    }

    @Test
    void nanIsNeverKept() {
        float[] value = new float[2];
        int[] column = new int[2];
        var top = new TopKRows(2, new float[3]);
        top.begin(1, value, column);
        top.accept(new float[] {Float.NaN, 1, Float.NaN}, 3, 0, 1, 0, 3);
        assertThat(column[0]).isEqualTo(1);
        assertThat(value[1]).isEqualTo(Float.NEGATIVE_INFINITY);
    }
}
