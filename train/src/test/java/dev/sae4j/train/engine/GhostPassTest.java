package dev.sae4j.train.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.sae4j.io.UsageException;
import dev.sae4j.kernel.Workers;
import dev.sae4j.train.recipe.Recipe;
import dev.sae4j.train.recipe.RecipeFiles;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// Ghost gradients against the formula in double, by differences.
class GhostPassTest {
    private static final int D = 5;
    private static final int F = 9;
    private static final int ROWS = 7;
    private static final int FIRST_DEAD = 6;

    /// Central differences of a function of about 1 in double.
    private static final double STEP = 1e-6;

    /// Some 60 roundings of float32 and an `exp`, relative to the largest entry.
    private static final double ROUNDING = 2e-5;

    private final SplittableRandom random = new SplittableRandom(5);
    private final Parameters weights = Parameters.zeros(Parameters.Shape.of(D, F));
    private final float[] x = new float[ROWS * D];

    GhostPassTest() {
        for (Parameter p : weights.all()) {
            fill(p.value(), 0.5);
        }
        fill(x, 1);
        for (int j = FIRST_DEAD; j < F; j++) {
            weights.encoderBias().value()[j] -= 4; // never above 0 on these rows
        }
    }

    private void fill(float[] values, double size) {
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (size * random.nextGaussian());
        }
    }

    private static Recipe recipe() {
        return RecipeFiles.with(
                RecipeFiles.preset("saelens-standard"),
                Map.of(
                        "features",
                        F,
                        "batch",
                        ROWS,
                        "loss.ghost_grads",
                        true,
                        "loss.sparsity.coefficient",
                        0,
                        "clip",
                        1e9));
    }

    private StepResult run(Density density, GradientRecorder recorder, boolean kill) {
        try (Workers workers = Workers.of(2)) {
            TrainingStep step =
                    TrainingStep.of(workers, recipe(), weights, recorder, 1000, density);
            for (int j = FIRST_DEAD; kill && j < F; j++) {
                step.dead().kill(j);
            }
            return step.run(Batch.of(x, ROWS), StepSettings.of(1));
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Density.class,
            names = {"ALWAYS_DENSE", "ALWAYS_SPARSE"})
    void gradientsAreThoseOfTheFormula(Density density) {
        var recorder = new GradientRecorder(weights);
        StepResult result = run(density, recorder, true);
        var reference = new Reference();
        assertThat(result.loss()).isEqualTo(reference.loss(), within(1e-5 * result.loss()));
        assertThat(result.aux()).isEqualTo(reference.ghosts(), within(1e-5 * result.aux()));
        for (Parameter p : weights.all()) {
            double[] expected = reference.gradient(p);
            float[] found = recorder.of(p.name());
            double largest = 0;
            for (double v : expected) {
                largest = Math.max(largest, Math.abs(v));
            }
            for (int i = 0; i < expected.length; i++) {
                assertThat((double) found[i])
                        .as("%s[%d]", p.name(), i)
                        .isEqualTo(expected[i], within(ROUNDING * largest));
            }
        }
    }

    @Test
    void deadFeaturesLearnAndNothingHappensWithoutThem() {
        var recorder = new GradientRecorder(weights);
        assertThat(run(Density.ALWAYS_SPARSE, recorder, false).aux()).isZero();
        assertThat(recorder.of("b_enc")[F - 1]).isZero();
        assertThat(run(Density.ALWAYS_SPARSE, recorder, true).aux()).isPositive();
        assertThat(recorder.of("b_enc")[F - 1]).isNotZero();
    }

    @ParameterizedTest
    @CsvSource({
        "saelens-gated, gated",
        "saelens-jumprelu, jumprelu",
        "saelens-matching-pursuit, matching_pursuit"
    })
    void otherArchitecturesAreRefusedByName(String preset, String type) {
        assertThatThrownBy(() ->
                        RecipeFiles.with(
                                RecipeFiles.preset(preset), Map.of("loss.ghost_grads", true)))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("loss.ghost_grads")
                .hasMessageContaining("activation.type is '" + type + "'");
    }

    @Test
    void auxKBesideThemIsRefused() {
        assertThatThrownBy(() ->
                        RecipeFiles.with(
                                RecipeFiles.preset("saelens-standard"),
                                Map.of("loss.ghost_grads", true, "loss.aux.k", 4)))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("choose one of them");
    }

    /// The loss in double, written down plainly.
    private final class Reference {
        private final double[] encoder = doubles(weights.encoder());
        private final double[] decoder = doubles(weights.decoder());
        private final double[] encoderBias = doubles(weights.encoderBias());
        private final double[] decoderBias = doubles(weights.decoderBias());
        private final double[][] residual = new double[ROWS][];
        private final double[] scale = new double[ROWS];
        private final double[][] factor = new double[ROWS][D];

        /// Fixes what no gradient flows through.
        Reference() {
            for (int r = 0; r < ROWS; r++) {
                residual[r] = left(r);
                double[] ghost = ghost(r, 1);
                scale[r] = length(residual[r]) / (2 * length(ghost) + 1e-6);
                for (int c = 0; c < D; c++) {
                    double off = ghost[c] * scale[r] - residual[r][c];
                    factor[r][c] = residual[r][c] * residual[r][c] / (off * off + 1e-6);
                }
            }
        }

        private static double[] doubles(Parameter p) {
            double[] values = new double[p.value().length];
            for (int i = 0; i < values.length; i++) {
                values[i] = p.value()[i];
            }
            return values;
        }

        private double[] array(Parameter p) {
            return switch (p.name()) {
                case "W_enc" -> encoder;
                case "W_dec" -> decoder;
                case "b_enc" -> encoderBias;
                case "b_dec" -> decoderBias;
                default -> throw new AssertionError(p.name());
            };
        }

        private double z(int r, int j) {
            double z = encoderBias[j];
            for (int c = 0; c < D; c++) {
                z += (x[r * D + c] - decoderBias[c]) * encoder[j * D + c];
            }
            return z;
        }

        private double[] left(int r) {
            double[] left = new double[D];
            for (int c = 0; c < D; c++) {
                left[c] = x[r * D + c] - decoderBias[c];
                for (int j = 0; j < F; j++) {
                    left[c] -= Math.max(0, z(r, j)) * decoder[j * D + c];
                }
            }
            return left;
        }

        private double[] ghost(int r, double times) {
            double[] ghost = new double[D];
            for (int j = FIRST_DEAD; j < F; j++) {
                double value = times * Math.exp(z(r, j));
                for (int c = 0; c < D; c++) {
                    ghost[c] += value * decoder[j * D + c];
                }
            }
            return ghost;
        }

        private static double length(double[] v) {
            double squares = 0;
            for (double c : v) {
                squares += c * c;
            }
            return Math.sqrt(squares);
        }

        double ghosts() {
            double sum = 0;
            for (int r = 0; r < ROWS; r++) {
                double[] ghost = ghost(r, scale[r]);
                for (int c = 0; c < D; c++) {
                    double off = ghost[c] - residual[r][c];
                    sum += factor[r][c] * off * off;
                }
            }
            return sum / ROWS / D;
        }

        double loss() {
            double sum = 0;
            for (int r = 0; r < ROWS; r++) {
                double length = length(left(r));
                sum += length * length;
            }
            return sum / ROWS + ghosts();
        }

        double[] gradient(Parameter p) {
            double[] values = array(p);
            double[] gradient = new double[values.length];
            for (int i = 0; i < values.length; i++) {
                double was = values[i];
                values[i] = was + STEP;
                double above = loss();
                values[i] = was - STEP;
                double below = loss();
                values[i] = was;
                gradient[i] = (above - below) / (2 * STEP);
            }
            return gradient;
        }
    }
}
