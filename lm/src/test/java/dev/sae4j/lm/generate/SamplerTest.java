package dev.sae4j.lm.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.UsageException;
import dev.sae4j.testing.Gen;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SamplerTest {
    private static final int DRAWS = 20_000;

    private static double[] shares(Sampling sampling, float... logits) {
        var sampler = new Sampler(sampling);
        double[] shares = new double[logits.length];
        for (int i = 0; i < DRAWS; i++) {
            shares[sampler.next(logits)] += 1.0 / DRAWS;
        }
        return shares;
    }

    @Test
    void greedyTakesTheFirstOfTheLargest() {
        assertThat(new Sampler(Sampling.GREEDY).next(new float[] {1, 3, -2, 3})).isEqualTo(1);
    }

    @Test
    void drawsByProbabilityAtATemperature() {
        float[] logits = {0, 2, -1};
        double[] weights = {Math.exp(0), Math.exp(4), Math.exp(-2)}; // temperature 0.5
        double[] shares = shares(Sampling.of(0.5, 7), logits);
        double total = Arrays.stream(weights).sum();
        for (int i = 0; i < 3; i++) {
            // four standard deviations of a share of 20,000 draws
            assertThat(shares[i]).isCloseTo(weights[i] / total, within(0.014));
        }
    }

    @Test
    void theSameSeedDrawsTheSameTokens() {
        float[] logits = Gen.gaussians(new SplittableRandom(3), 1000);
        for (Sampling sampling :
                new Sampling[] {Sampling.of(1, 5), Sampling.of(1, 5).withTopP(0.8)}) {
            var a = new Sampler(sampling);
            var b = new Sampler(sampling);
            int[] drawn = IntStream.range(0, 50).map(i -> a.next(logits)).toArray();
            assertThat(IntStream.range(0, 50).map(i -> b.next(logits)).toArray()).isEqualTo(drawn);
        }
    }

    @Test
    void topKAndTopPLeaveTheLikeliestAlone() {
        float[] logits = logs(0.1, 0.4, 0.2, 0.3);
        assertThat(shares(Sampling.of(1, 1).withTopK(2), logits))
                .containsExactly(sharesOf(0, 4, 0, 3), within(0.015));
        // 0.4 + 0.3 reach 0.7 exactly or nearly: the smallest set that does
        assertThat(shares(Sampling.of(1, 1).withTopP(0.65), logits))
                .containsExactly(sharesOf(0, 4, 0, 3), within(0.015));
        assertThat(shares(Sampling.of(1, 1).withTopP(0.71), logits))
                .containsExactly(sharesOf(0, 4, 2, 3), within(0.015));
        assertThat(shares(Sampling.of(1, 1).withTopP(0.01), logits))
                .containsExactly(sharesOf(0, 1, 0, 0), within(1e-9));
        // of the two likeliest the first has 4/7
        assertThat(shares(Sampling.of(1, 1).withTopK(2).withTopP(0.5), logits))
                .containsExactly(sharesOf(0, 1, 0, 0), within(1e-9));
    }

    private static float[] logs(double... probabilities) {
        float[] logits = new float[probabilities.length];
        for (int i = 0; i < logits.length; i++) {
            logits[i] = (float) Math.log(probabilities[i]);
        }
        return logits;
    }

    private static double[] sharesOf(double... weights) {
        double total = Arrays.stream(weights).sum();
        return Arrays.stream(weights).map(w -> w / total).toArray();
    }

    /// Against sorting all, where more candidates are needed than are looked at first.
    @Test
    void topPFindsTheSmallestSetInLargeVocabularies() {
        Gen.forAll(
                5,
                random -> {
                    int n = random.nextInt(300, 5000);
                    float[] logits = Gen.gaussians(random, n);
                    double topP = random.nextDouble(0.5, 0.99);
                    double[] p = new double[n];
                    Arrays.setAll(p, i -> Math.exp(logits[i]));
                    double total = Arrays.stream(p).sum();
                    int[] order =
                            IntStream.range(0, n)
                                    .boxed()
                                    .sorted((a, b) -> Float.compare(logits[b], logits[a]))
                                    .mapToInt(i -> i)
                                    .toArray();
                    int size = 0;
                    for (double sum = 0; sum < topP * total; size++) {
                        sum += p[order[size]];
                    }
                    var allowed = Arrays.stream(order, 0, size).boxed().toList();
                    var sampler = new Sampler(Sampling.of(1, 3).withTopP(topP));
                    for (int i = 0; i < 200; i++) {
                        assertThat(allowed).contains(sampler.next(logits));
                    }
                });
    }

    @Test
    void refusesLogitsThatAreNoNumbers() {
        assertThatThrownBy(() -> new Sampler(Sampling.GREEDY).next(new float[] {1, Float.NaN}))
                .isInstanceOf(Sae4jException.class)
                .hasMessageContaining("NaN or infinity");
    }

    @Test
    void refusesOptionsOutOfRange() {
        assertThatThrownBy(() -> Sampling.of(-1, 0))
                .isInstanceOf(UsageException.class)
                .hasMessage(
                        "the temperature is -1.0: expected a number from 0 (the likeliest token) to 100");
        assertThatThrownBy(() -> Sampling.of(1, 0).withTopP(0))
                .hasMessage("top-p is 0.0: expected a number above 0, at most 1");
        assertThatThrownBy(() -> Sampling.of(1, 0).withTopK(-1))
                .hasMessage("top-k is -1: expected 1 or more, 0 for all");
        assertThatThrownBy(() -> GenerateOptions.greedy(0))
                .hasMessage("at least 1 token can be generated, not 0");
    }
}
