package dev.sae4j.train.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sae4j.io.Safetensors;
import dev.sae4j.io.Tensor;
import dev.sae4j.kernel.Workers;
import dev.sae4j.testing.Fixtures;
import dev.sae4j.testing.Fixtures.Manifest;
import dev.sae4j.train.recipe.DecoderNorm;
import dev.sae4j.train.recipe.LearningRate;
import dev.sae4j.train.recipe.Optimizer;
import dev.sae4j.train.schedule.RateSchedule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

/// Steps of PyTorch, dictionary_learning and sparsify on one matrix with given gradients, replayed:
/// weights, moments and the gradient that reached the optimizer after each step.
@Tag("fixtures-training")
class RecordedOptimizersTest {
    /// Rounding alone moves a case by the drift that it records; ten times that is still rounding.
    private static final double DRIFTS = 10;

    /// A few roundings of float32 for what drifts by less: four times 2^-23.
    private static final double FLOOR = 4.8e-7;

    @TestFactory
    Stream<DynamicTest> everyStep() {
        return Fixtures.manifests("case.json", c -> c.path("case").asString("").startsWith("opt_"))
                .stream()
                .map(m ->
                        DynamicTest.dynamicTest(
                                m.json().path("case").asString(), () -> new Replay(m).run()));
    }

    /// One case; rows are features, whatever they are in the recording.
    private static final class Replay {
        private final JsonNode settings;
        private final double tolerance;
        private final int steps;
        private final int rows;
        private final int width;
        private final boolean turned;
        private final DecoderNorm norm;
        private final Parameter param;
        private final Parameter bias;
        private final Safetensors data;
        private final Safetensors trajectory;
        private final Safetensors series;

        Replay(Manifest m) {
            JsonNode recorded = m.json();
            String trainer = recorded.path("trainer_class").asString();
            settings = recorded.path("hyper_parameters");
            steps = recorded.path("n_steps").asInt();
            norm = norm(trainer);
            turned = norm == DecoderNorm.CONSTRAINED_ADAM || norm == DecoderNorm.UNIT_PROJECTED;
            JsonNode shape = recorded.path("dims").path("shape");
            rows = shape.path(turned ? 1 : 0).asInt();
            width = shape.path(turned ? 0 : 1).asInt();
            tolerance =
                    Math.max(
                            FLOOR,
                            DRIFTS
                                    * recorded.path("drift_f32_vs_f64")
                                            .path("weights")
                                            .valueStream()
                                            .mapToDouble(d -> d.path("max_rel").asDouble())
                                            .max()
                                            .orElseThrow());
            data = Safetensors.open(m.folder().resolve("data.safetensors"));
            trajectory = Safetensors.open(m.folder().resolve("trajectory.safetensors"));
            series = Safetensors.open(m.folder().resolve("steps.safetensors"));
            try (Safetensors init = Safetensors.open(m.folder().resolve("init.safetensors"))) {
                float[] start = tensor(init, "param").toFloats();
                param = new Parameter("param", turn(start), width);
            }
            bias = new Parameter("bias", new float[width], width);
        }

        private static DecoderNorm norm(String trainer) {
            if (trainer.contains("ConstrainedAdam")) {
                return DecoderNorm.CONSTRAINED_ADAM;
            }
            if (trainer.contains("TopK trainers of dictionary_learning")) {
                return DecoderNorm.UNIT_PROJECTED;
            }
            return trainer.contains("sparsify Trainer")
                    ? DecoderNorm.UNIT_BEFORE_FORWARD
                    : DecoderNorm.FREE;
        }

        private Optimizer recipe() {
            if (settings.has("ns_steps")) {
                return new Optimizer.Muon(
                        settings.path("momentum").asDouble(),
                        settings.path("weight_decay").asDouble());
            }
            JsonNode betas = settings.path("betas");
            return betas.isMissingNode()
                    ? new Optimizer.Signum(settings.path("momentum").asDouble(0))
                    : new Optimizer.Adam(
                            betas.path(0).asDouble(),
                            betas.path(1).asDouble(),
                            settings.path("eps").asDouble());
        }

        void run() {
            List<Parameter> parameters = new ArrayList<>(List.of(param));
            if (settings.has("vector")) {
                parameters.add(bias);
            }
            RateSchedule rates =
                    RateSchedule.of(
                            LearningRate.constant(settings.path("lr").asDouble()),
                            1,
                            steps,
                            1,
                            steps,
                            steps);
            OptimizerState state = Optimizers.of(recipe(), parameters, rates);
            try (data;
                    trajectory;
                    series;
                    Workers workers = Workers.of(1)) {
                for (int i = 0; i < steps; i++) {
                    step(workers, state, parameters, i);
                }
            }
        }

        private void step(
                Workers workers, OptimizerState state, List<Parameter> parameters, int i) {
            float[] gradient = turn(at(data, "gradients", i));
            float[] biasGradient = new float[width];
            for (int j = 0; j < width; j++) {
                biasGradient[j] = gradient[j] * 3;
            }
            if (norm == DecoderNorm.UNIT_BEFORE_FORWARD) {
                renormalise();
            }
            for (int row = 0; row < rows; row++) {
                DecoderRows.project(norm, gradient, row * width, param.value(), row * width, width);
            }
            clip(gradient, parameters.size() > 1 ? biasGradient : new float[0], i);
            compare("grad_used", i, gradient);
            state.begin(tensor(series, "lr").toDoubles()[i]);
            if (state.needsWhole(param)) {
                state.updateWhole(workers, param, gradient);
            } else {
                state.update(param, 0, gradient, 0, gradient.length);
            }
            if (parameters.size() > 1) {
                state.update(bias, 0, biasGradient, 0, width);
                compare("bias", i, bias.value());
            }
            if (norm != DecoderNorm.UNIT_BEFORE_FORWARD) {
                renormalise();
            }
            compareAll(state, gradient, i);
        }

        private void compareAll(OptimizerState state, float[] gradient, int i) {
            compare("param", i, param.value());
            float[] averaged = new float[rows * width];
            state.averaged(param, averaged);
            compare("x", i, averaged);
            // with beta1 = 0 the mean is the gradient itself
            compare("exp_avg", i, state.state().getOrDefault("param/m", gradient));
            compare("exp_avg_sq", i, state.state().get("param/v"));
            compare("z", i, state.state().get("param/z"));
        }

        private void renormalise() {
            for (int row = 0; row < rows; row++) {
                DecoderRows.renormalise(norm, param.value(), row * width, width);
            }
        }

        private void clip(float[] gradient, float[] other, int i) {
            if (!settings.has("max_norm")) {
                return;
            }
            double total = Math.sqrt(squares(gradient) + squares(other));
            double recorded = tensor(series, "grad_norm").toDoubles()[i];
            assertThat(total).as("total norm").isCloseTo(recorded, within(tolerance * recorded));
            float factor = GradientClip.factor(settings.path("max_norm").asDouble(), total);
            for (float[] g : List.of(gradient, other)) {
                for (int j = 0; j < g.length; j++) {
                    g[j] *= factor;
                }
            }
        }

        private static double squares(float[] x) {
            double sum = 0;
            for (float v : x) {
                sum += (double) v * v;
            }
            return sum;
        }

        /// Compares with what was recorded after step `i`; nothing if the case has no such series.
        private void compare(String name, int i, float @Nullable [] found) {
            if (!trajectory.tensors().containsKey(name)) {
                return;
            }
            float[] mine = Objects.requireNonNull(found, name);
            float[] expected = at(trajectory, name, i);
            expected = expected.length == width ? expected : turn(expected);
            double size = 0;
            double worst = 0;
            for (int j = 0; j < expected.length; j++) {
                size = Math.max(size, Math.abs(expected[j]));
                worst = Math.max(worst, Math.abs((double) expected[j] - mine[j]));
            }
            assertThat(worst)
                    .as("%s after step %d: largest difference", name, i + 1)
                    .isLessThanOrEqualTo(tolerance * size);
        }

        private static Tensor tensor(Safetensors file, String name) {
            return Objects.requireNonNull(file.tensors().get(name), name);
        }

        private float[] at(Safetensors file, String name, int i) {
            float[] all = tensor(file, name).toFloats();
            int n = all.length / steps;
            return Arrays.copyOfRange(all, i * n, (i + 1) * n);
        }

        /// Features as rows.
        private float[] turn(float[] matrix) {
            if (!turned) {
                return matrix;
            }
            float[] out = new float[matrix.length];
            for (int row = 0; row < rows; row++) {
                for (int j = 0; j < width; j++) {
                    out[row * width + j] = matrix[j * rows + row];
                }
            }
            return out;
        }
    }
}
