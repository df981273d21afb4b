package dev.sae4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sae4j.kernel.Rows;
import dev.sae4j.kernel.Workers;
import dev.sae4j.sae.Activation;
import dev.sae4j.sae.ArrayWeights;
import dev.sae4j.sae.InputTransform;
import dev.sae4j.sae.Sae;
import dev.sae4j.sae.SaeConfig;
import dev.sae4j.sae.SaeWeights;
import dev.sae4j.testing.Gen;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// What is folded computes the same.
class FoldingTest {
    private static final int D = 9;
    private static final int F = 40;

    /// Some hundred products, each rounded once more than before.
    private static final double TOLERANCE = 2e-5;

    private static SaeWeights weights(SplittableRandom random) {
        return new ArrayWeights(
                        D,
                        Gen.gaussians(random, F * D),
                        Gen.gaussians(random, F),
                        Gen.gaussians(random, F * D),
                        Gen.gaussians(random, D))
                .weights();
    }

    private static Activation activation(SplittableRandom random) {
        return switch (random.nextInt(4)) {
            case 0 -> new Activation.Relu();
            case 1 -> new Activation.TopK(5);
            case 2 ->
                    new Activation.Gated(
                            Gen.gaussians(random, F),
                            Gen.gaussians(random, F),
                            Gen.gaussians(random, F));
            default -> new Activation.JumpRelu(Gen.gaussians(random, F));
        };
    }

    private interface Fold {
        Folding apply(Folding folding);
    }

    private static void check(InputTransform input, boolean preBias, Fold fold) {
        Gen.forAll(
                12,
                random -> {
                    SaeWeights weights = weights(random);
                    if (preBias) {
                        weights = weights.withPreBias(Gen.gaussians(random, D));
                    }
                    var config =
                            new SaeConfig(D, F, activation(random), random.nextBoolean(), Map.of())
                                    .withInput(input);
                    Folding folded = fold.apply(Folding.of(config, weights));
                    assertSame(
                            Sae.of(config, weights),
                            Sae.of(folded.config(), folded.weights()),
                            Gen.gaussians(random, 20 * D));
                });
    }

    private static void assertSame(Sae a, Sae b, float[] x) {
        try (Workers workers = Workers.of(1)) {
            Rows rows = Rows.of(x, x.length / D, D);
            var left = a.encode(workers, rows);
            var right = b.encode(workers, rows);
            assertClose(left.toDense(F), right.toDense(F));
            float[] y = new float[x.length];
            float[] z = new float[x.length];
            a.decode(workers, rows, left, y);
            b.decode(workers, rows, right, z);
            assertClose(y, z);
        }
    }

    private static void assertClose(float[] a, float[] b) {
        double largest = 1e-3;
        double worst = 0;
        for (int i = 0; i < a.length; i++) {
            largest = Math.max(largest, Math.abs(a[i]));
            worst = Math.max(worst, Math.abs(a[i] - b[i]));
        }
        assertThat(worst / largest).isLessThan(TOLERANCE);
    }

    @Test
    void foldsAScale() {
        check(new InputTransform.Scale(0.37f), true, Folding::statistics);
    }

    @Test
    void foldsAWhitening() {
        var random = new SplittableRandom(8);
        double[] matrix = new double[D * D];
        double[] inverse = new double[D * D];
        double[] mean = new double[D];
        for (int i = 0; i < D; i++) { // upper triangular with a unit diagonal: easy to invert
            mean[i] = random.nextGaussian();
            matrix[i * D + i] = 1;
            inverse[i * D + i] = 1;
        }
        matrix[1] = 0.5; // row 0, column 1
        inverse[1] = -0.5;
        check(new InputTransform.Whitening(mean, matrix, inverse), false, Folding::statistics);
    }

    @Test
    void foldsTheBiasBeforeTheEncoder() {
        check(InputTransform.NONE, true, Folding::withoutPreBias);
    }

    @Test
    void foldsCentringAndItsAbsence() {
        check(InputTransform.NONE, false, Folding::centred);
        check(InputTransform.NONE, false, Folding::uncentred);
    }

    @Test
    void saysWhatItFolded() {
        var random = new SplittableRandom(2);
        var config =
                new SaeConfig(D, F, new Activation.Relu(), true, Map.of())
                        .withInput(new InputTransform.Scale(2));
        assertThat(
                        Folding.of(config, weights(random).withPreBias(new float[D]))
                                .statistics()
                                .withoutPreBias()
                                .notes())
                .isEqualTo(
                        List.of(
                                "the input scale 2.0 is folded into the weights",
                                "the subtraction of b_dec from the input is folded into b_enc",
                                "b_pre is folded into b_enc and b_dec"));
    }
}
