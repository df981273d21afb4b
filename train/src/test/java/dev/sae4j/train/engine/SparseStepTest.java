package dev.sae4j.train.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sae4j.kernel.Workers;
import dev.sae4j.testing.Gen;
import dev.sae4j.train.Recipe;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SparseStepTest {
    private static Recipe recipe(int f, int k, int batch, double aux, boolean unitNorm) {
        return new Recipe(
                "test",
                f,
                k,
                100L * batch,
                batch,
                new Recipe.Schedule(1e-3, 0, 1),
                Recipe.Adam.DEFAULT,
                new Recipe.AuxLoss(aux, 3, 3L * batch),
                new Recipe.Decoder(Recipe.DecoderInit.GAUSSIAN, unitNorm),
                Recipe.BiasInit.ZERO,
                Recipe.InputScale.NONE,
                1);
    }

    private static Parameters weights(SplittableRandom random, int d, int f) {
        Parameters w = Parameters.zeros(d, f);
        for (int j = 0; j < f; j++) {
            double norm = 0;
            for (int c = 0; c < d; c++) {
                float v = (float) random.nextGaussian();
                w.decoder()[j * d + c] = v;
                norm += v * v;
            }
            for (int c = 0; c < d; c++) {
                w.decoder()[j * d + c] /= (float) Math.sqrt(norm);
                w.encoder()[j * d + c] =
                        w.decoder()[j * d + c] + 0.1f * (float) random.nextGaussian();
            }
            w.encoderBias()[j] = 0.1f * (float) random.nextGaussian();
        }
        for (int j = 0; j < f / 8; j++) {
            w.encoderBias()[j] = -3; // an eighth fires rarely or never: work for the auxiliary loss
        }
        for (int c = 0; c < d; c++) {
            w.decoderBias()[c] = 0.1f * (float) random.nextGaussian();
        }
        return w;
    }

    private static double[][] widen(float[] x, int d) {
        double[][] rows = new double[x.length / d][d];
        for (int i = 0; i < x.length; i++) {
            rows[i / d][i % d] = x[i];
        }
        return rows;
    }

    @Test
    void referenceGradientsAgreeWithFiniteDifferences() {
        Gen.forAll(
                5,
                random -> {
                    int d = 5;
                    Recipe recipe = recipe(16, 3, 12, 0.5, false);
                    var reference = new DenseReference(recipe, weights(random, d, 16));
                    double[][] x = widen(Gen.gaussians(random, 12 * d), d);
                    for (int i = 0; i < 4; i++) {
                        reference.step(x, 1e-3); // until some features count as dead
                    }
                    assertThat(reference.dead()).isNotEmpty();
                    var pass = reference.forward(x, null, 0);
                    double[][] target = DenseReference.negated(pass.error());
                    double[][] gradients = reference.gradients(x, pass);
                    double[][] tensors = reference.tensors();
                    double h = 1e-6;
                    for (int t = 0; t < 4; t++) {
                        for (int i = 0; i < tensors[t].length; i++) {
                            double kept = tensors[t][i];
                            tensors[t][i] = kept + h;
                            double up =
                                    reference.totalLoss(
                                            reference.forward(x, target, pass.auxVariance()));
                            tensors[t][i] = kept - h;
                            double down =
                                    reference.totalLoss(
                                            reference.forward(x, target, pass.auxVariance()));
                            tensors[t][i] = kept;
                            // central differences of a smooth loss: error about h² plus 1e-16/h
                            assertThat(gradients[t][i])
                                    .as("tensor %d, element %d", t, i)
                                    .isCloseTo((up - down) / (2 * h), within(2e-8));
                        }
                    }
                });
    }

    @Test
    void stepsEqualThePlainDenseOnes() {
        Gen.forAll(
                6,
                random -> {
                    int d = 3 + random.nextInt(40);
                    int f = 24 + random.nextInt(60);
                    int batch = 20 + random.nextInt(150);
                    Recipe recipe =
                            recipe(f, 1 + random.nextInt(7), batch, 0.2, random.nextBoolean());
                    Parameters weights = weights(random, d, f);
                    var reference = new DenseReference(recipe, weights);
                    try (var workers = Workers.of(2)) {
                        var step = new SparseStep(workers, recipe, weights);
                        for (int s = 0; s < 8; s++) {
                            float[] x = Gen.gaussians(random, batch * d);
                            var expected = reference.step(widen(x, d), 1e-3);
                            var found = step.run(x, 1e-3);
                            assertThat(found.loss())
                                    .isCloseTo(expected.loss(), within(1e-5 * expected.loss()));
                            assertThat(found.auxLoss()).isCloseTo(expected.aux(), within(1e-4));
                        }
                    }
                    compare(weights.encoder(), reference.encoder);
                    compare(weights.encoderBias(), reference.encoderBias);
                    compare(weights.decoder(), reference.decoder);
                    compare(weights.decoderBias(), reference.decoderBias);
                });
    }

    /// Adam moves a weight by up to the learning rate (1e-3) a step whatever the size of its
    /// gradient, so rounding of a gradient near zero shows in full: 8 steps, a tenth of one.
    private static void compare(float[] found, double[] expected) {
        for (int i = 0; i < found.length; i++) {
            assertThat((double) found[i]).as("element %d", i).isCloseTo(expected[i], within(1e-4));
        }
    }

    @Test
    void givesTheSameBitsOnAnyNumberOfThreads() {
        Parameters[] results = new Parameters[3];
        for (int threads = 1; threads <= 3; threads++) {
            var random = new SplittableRandom(7);
            Recipe recipe = recipe(200, 5, 300, 0.1, true);
            Parameters weights = weights(random, 48, 200);
            try (var workers = Workers.of(threads)) {
                var step = new SparseStep(workers, recipe, weights);
                for (int s = 0; s < 6; s++) {
                    step.run(Gen.gaussians(random, 300 * 48), 1e-3);
                }
            }
            results[threads - 1] = weights;
        }
        assertThat(results[0].sameBits(results[1])).isTrue();
        assertThat(results[0].sameBits(results[2])).isTrue();
    }

    @Test
    void leavesTheWeightsAloneWhenTheLossIsNotFinite() {
        var random = new SplittableRandom(3);
        Recipe recipe = recipe(40, 4, 30, 0, true);
        Parameters weights = weights(random, 10, 40);
        Parameters before = weights.copy();
        float[] x = Gen.gaussians(random, 300);
        x[17] = Float.NaN;
        try (var workers = Workers.of(2)) {
            var step = new SparseStep(workers, recipe, weights);
            assertThat(step.run(x, 1e-3).loss()).isNaN();
            assertThat(step.steps()).isZero();
        }
        assertThat(weights.sameBits(before)).isTrue();
    }
}
