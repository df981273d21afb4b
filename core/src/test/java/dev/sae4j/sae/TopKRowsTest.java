package dev.sae4j.sae;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sae4j.kernel.Gemm;
import dev.sae4j.kernel.PackedMatrix;
import dev.sae4j.kernel.Rows;
import dev.sae4j.kernel.Workers;
import dev.sae4j.testing.Gen;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TopKRowsTest {
    @Test
    void keepsWhatASortKeepsAndGivesTiesToTheSmallerColumn() {
        Gen.forAll(
                60,
                random -> {
                    int n = 1 + random.nextInt(40);
                    int f = 1 + random.nextInt(200);
                    int k = 1 + random.nextInt(Math.min(f, 20));
                    // depth 1 and few distinct values: many ties
                    float[] x = new float[n];
                    float[] w = new float[f];
                    float[] bias = new float[f];
                    for (int i = 0; i < n; i++) {
                        x[i] = random.nextInt(-2, 3);
                    }
                    for (int j = 0; j < f; j++) {
                        w[j] = random.nextInt(-3, 4);
                        bias[j] = random.nextInt(-2, 3);
                    }
                    float[] value = new float[n * k];
                    int[] column = new int[n * k];
                    var top = new TopKRows(k, bias);
                    top.begin(n, value, column);
                    try (var workers = Workers.of(2)) {
                        var packed = PackedMatrix.of(workers, w, f, 1);
                        Gemm.multiplyByRows(workers, Rows.of(x, n, 1), packed, top);
                    }
                    for (int r = 0; r < n; r++) {
                        top.sortByColumn(r);
                        float input = x[r];
                        int[] expected =
                                IntStream.range(0, f)
                                        .boxed()
                                        .sorted(
                                                Comparator.comparingDouble(
                                                        (Integer j) -> -(input * w[j] + bias[j])))
                                        .limit(k)
                                        .mapToInt(j -> j)
                                        .sorted()
                                        .toArray();
                        for (int i = 0; i < k; i++) {
                            int j = column[r * k + i];
                            assertThat(j).isEqualTo(expected[i]);
                            assertThat(value[r * k + i]).isEqualTo(input * w[j] + bias[j]);
                        }
                    }
                });
    }

    @Test
    void nanNeverEntersTheHeap() {
        float[] value = new float[2];
        int[] column = new int[2];
        var top = new TopKRows(2, new float[3]);
        top.begin(1, value, column);
        top.accept(new float[] {Float.NaN, 1, Float.NaN}, 3, 0, 1, 0, 3);
        top.sortByColumn(0);
        assertThat(column[0]).isEqualTo(1);
        assertThat(value[1]).isEqualTo(Float.NEGATIVE_INFINITY);
    }
}
