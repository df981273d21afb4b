package dev.sae4j.train.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.sae4j.io.UsageException;
import dev.sae4j.kernel.Workers;
import dev.sae4j.sae.Activation;
import dev.sae4j.sae.ArrayWeights;
import dev.sae4j.sae.Sae;
import dev.sae4j.sae.SaeConfig;
import dev.sae4j.testing.Gen;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class ReconstructionTest {
    private static final int D = 13;
    private static final int F = 40;
    private static final int K = 5;
    private static final Workers WORKERS = Workers.of(2);

    @AfterAll
    static void close() {
        WORKERS.close();
    }

    private static ArrayWeights weights(SplittableRandom random) {
        float[] bias = Gen.gaussians(random, F);
        bias[7] = -100; // never fires
        return new ArrayWeights(
                D,
                Gen.gaussians(random, F * D),
                bias,
                Gen.gaussians(random, F * D),
                Gen.gaussians(random, D));
    }

    private static Sae sae(ArrayWeights weights) {
        return Sae.of(new SaeConfig(D, F, new Activation.TopK(K), true, Map.of()), weights);
    }

    private static Reconstruction measure(ArrayWeights weights, float[] x, int firstBatch) {
        try (Sae sae = sae(weights)) {
            var meter = new ReconstructionMeter(WORKERS, sae);
            int n = x.length / D;
            meter.add(Arrays.copyOf(x, firstBatch * D), firstBatch);
            meter.add(Arrays.copyOfRange(x, firstBatch * D, x.length), n - firstBatch);
            return meter.result();
        }
    }

    /// One row through the SAE in float64, as the formulas say.
    private static double[] reconstruction(ArrayWeights w, float[] x, int row, boolean[] fired) {
        double[] z = new double[F];
        for (int j = 0; j < F; j++) {
            z[j] = w.encoderBias()[j];
            for (int c = 0; c < D; c++) {
                z[j] += w.encoder()[j * D + c] * ((double) x[row * D + c] - w.decoderBias()[c]);
            }
        }
        double[] y = new double[D];
        for (int c = 0; c < D; c++) {
            y[c] = w.decoderBias()[c];
        }
        IntStream.range(0, F)
                .boxed()
                .sorted((a, b) -> Double.compare(z[b], z[a]))
                .limit(K)
                .filter(j -> z[j] > 0)
                .forEach(j -> {
                    fired[j] = true;
                    for (int c = 0; c < D; c++) {
                        y[c] += z[j] * w.decoder()[j * D + c];
                    }
                });
        return y;
    }

    @Test
    void refusesSaesThatItsRowsCannotMeasure() {
        var weights = weights(new SplittableRandom(1));
        SaeConfig config = sae(weights).config().withCentred(false);
        Sae transcoder = Sae.of(config.asTranscoder(D), weights);
        assertThatThrownBy(() -> new ReconstructionMeter(WORKERS, transcoder))
                .isInstanceOf(UsageException.class)
                .hasMessageStartingWith("this is a transcoder: it predicts another place");
        Sae temporal =
                Sae.of(config.withActivation(new Activation.Temporal(null, List.of())), weights);
        assertThatThrownBy(() -> new ReconstructionMeter(WORKERS, temporal))
                .isInstanceOf(UsageException.class)
                .hasMessageStartingWith("this is a temporal SAE");
    }

    @Test
    void agreesWithAPlainComputationInFloat64() {
        Gen.forAll(
                5,
                random -> {
                    ArrayWeights w = weights(random);
                    int n = 300 + random.nextInt(400);
                    float[] x = Gen.gaussians(random, n * D);
                    for (int i = 0; i < x.length; i++) {
                        x[i] += 20 * (i % D); // a mean far larger than the variation
                    }
                    compare(w, x, n, measure(w, x, 1 + random.nextInt(n - 1)));
                });
    }

    private static void compare(ArrayWeights w, float[] x, int n, Reconstruction found) {
        double error = 0;
        double cosine = 0;
        double ratio = 0;
        double norm = 0;
        boolean[] fired = new boolean[F];
        double[] mean = new double[D];
        for (int i = 0; i < x.length; i++) {
            mean[i % D] += x[i] / (double) n;
        }
        double variance = 0;
        long active = 0;
        for (int r = 0; r < n; r++) {
            boolean[] here = new boolean[F];
            double[] y = reconstruction(w, x, r, here);
            double xx = 0;
            double yy = 0;
            double xy = 0;
            for (int c = 0; c < D; c++) {
                double v = x[r * D + c];
                error += (v - y[c]) * (v - y[c]);
                variance += (v - mean[c]) * (v - mean[c]);
                xx += v * v;
                yy += y[c] * y[c];
                xy += v * y[c];
            }
            cosine += xy / Math.sqrt(xx * yy);
            ratio += Math.sqrt(yy / xx);
            norm += Math.sqrt(xx);
            for (int j = 0; j < F; j++) {
                active += here[j] ? 1 : 0;
                fired[j] |= here[j];
            }
        }
        int dead = 0;
        for (boolean f : fired) {
            dead += f ? 0 : 1;
        }
        assertThat(dead).isPositive();
        // each float32 number is right to about 1e-6 of the largest terms of its sum
        double tolerance = 1e-4;
        assertThat(found.rows()).isEqualTo(n);
        assertThat(found.mse()).isCloseTo(error / n, within(tolerance * error / n));
        assertThat(found.fvu()).isCloseTo(error / variance, within(tolerance * error / variance));
        assertThat(found.explainedVariance()).isEqualTo(1 - found.fvu());
        assertThat(found.l0()).isCloseTo((double) active / n, within(1e-9));
        assertThat(found.cosine()).isCloseTo(cosine / n, within(tolerance));
        assertThat(found.l2Ratio()).isCloseTo(ratio / n, within(tolerance * ratio / n));
        assertThat(found.deadFraction()).isEqualTo((double) dead / F);
        assertThat(found.meanNorm()).isCloseTo(norm / n, within(tolerance * norm / n));
    }

    @Test
    void leavesOutWhatIsNotDefinedWhenTheActivationsDoNotVary() {
        var random = new SplittableRandom(1);
        float[] row = Gen.gaussians(random, D);
        float[] x = new float[500 * D];
        for (int i = 0; i < x.length; i++) {
            x[i] = 37.3f * row[i % D];
        }
        Reconstruction found = measure(weights(random), x, 100);
        assertThat(found.explainedVariance()).isNaN();
        assertThat(new Evaluation(found, null).metrics())
                .doesNotContainKeys("explained_variance", "fvu", "ce_loss_score")
                .containsKeys("mse", "l0", "cosine", "dead_fraction", "rows");
    }

    @Test
    void doesNotDependOnBatchesOrThreads() {
        var random = new SplittableRandom(2);
        ArrayWeights w = weights(random);
        float[] x = Gen.gaussians(random, 1000 * D);
        Reconstruction found = measure(w, x, 500);
        assertThat(measure(w, x, 1)).isEqualTo(found);
        try (Sae sae = sae(w);
                Workers three = Workers.of(3)) {
            var meter = new ReconstructionMeter(three, sae);
            meter.add(x, 1000);
            assertThat(meter.result()).isEqualTo(found);
        }
    }
}
