package dev.sae4j.features.collect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sae4j.kernel.PackedMatrix;
import dev.sae4j.kernel.Workers;
import dev.sae4j.testing.Gen;
import java.util.Arrays;
import java.util.Comparator;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LogitLensTest {
    @Test
    void multipliesByTheNormWeightAndKeepsBothEnds() {
        try (Workers workers = Workers.of(1)) {
            var unembedding = PackedMatrix.of(workers, new float[] {1, 0, 0, 1, 1, 1}, 3, 2);
            var sae = TinySae.of(new float[][] {{1, 2}, {-3, 0}});
            LogitLens lens = LogitLens.of(workers, sae, unembedding, new float[] {10, 1}, 2);

            assertThat(lens.boosted(0))
                    .containsExactly(new TokenScore(2, 12), new TokenScore(0, 10));
            assertThat(lens.suppressed(0))
                    .containsExactly(new TokenScore(1, 2), new TokenScore(0, 10));
            assertThat(lens.boosted(1).getFirst()).isEqualTo(new TokenScore(1, 0));
            assertThat(lens.suppressed(1).getFirst()).isEqualTo(new TokenScore(0, -30));
        }
    }

    @Test
    void keepsTheWholeVocabularyIfItIsSmallerThanTheDepth() {
        try (Workers workers = Workers.of(2)) {
            var unembedding = PackedMatrix.of(workers, new float[] {1, 2, 3}, 3, 1);
            LogitLens lens =
                    LogitLens.of(
                            workers,
                            TinySae.of(new float[][] {{1}}),
                            unembedding,
                            new float[] {1},
                            10);
            assertThat(lens.boosted(0)).extracting(TokenScore::token).containsExactly(2, 1, 0);
        }
    }

    /// Small integers: sums are exact, ties are frequent and must go to the smaller token.
    @Test
    void equalsAFullSortOfAllLogitsOnAnyNumberOfThreads() {
        Gen.forAll(
                12,
                random -> {
                    int features = random.nextInt(1, 1100);
                    int width = random.nextInt(1, 9);
                    int vocabulary = random.nextInt(1, 90);
                    float[][] rows = new float[features][];
                    for (int f = 0; f < features; f++) {
                        rows[f] = integers(random, width);
                    }
                    float[] u = integers(random, vocabulary * width);
                    try (Workers workers = Workers.of(random.nextInt(1, 4))) {
                        float[] ones = new float[width];
                        Arrays.fill(ones, 1);
                        LogitLens lens =
                                LogitLens.of(
                                        workers,
                                        TinySae.of(rows),
                                        PackedMatrix.of(workers, u, vocabulary, width),
                                        ones,
                                        5);
                        for (int f = 0; f < features; f++) {
                            int feature = f;
                            float[] logits = new float[vocabulary];
                            for (int v = 0; v < vocabulary; v++) {
                                for (int d = 0; d < width; d++) {
                                    logits[v] += u[v * width + d] * rows[feature][d];
                                }
                            }
                            assertThat(lens.boosted(f))
                                    .extracting(TokenScore::token)
                                    .containsExactlyElementsOf(sorted(logits, -1));
                            assertThat(lens.suppressed(f))
                                    .extracting(TokenScore::token)
                                    .containsExactlyElementsOf(sorted(logits, 1));
                        }
                    }
                });
    }

    private static java.util.List<Integer> sorted(float[] logits, int sign) {
        return IntStream.range(0, logits.length)
                .boxed()
                .sorted(Comparator.comparingDouble(v -> sign * (double) logits[v]))
                .limit(5)
                .toList();
    }

    private static float[] integers(SplittableRandom random, int n) {
        float[] values = new float[n];
        for (int i = 0; i < n; i++) {
            values[i] = random.nextInt(-3, 4);
        }
        return values;
    }
}
