package dev.sae4j.train.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sae4j.io.Safetensors;
import dev.sae4j.testing.Fixtures;
import dev.sae4j.testing.Fixtures.Manifest;
import dev.sae4j.train.recipe.LearningRate;
import dev.sae4j.train.recipe.LearningRate.Shape;
import dev.sae4j.train.recipe.LearningRate.WarmupFrom;
import dev.sae4j.train.recipe.Span;
import dev.sae4j.train.recipe.Sparsity;
import java.util.Locale;
import java.util.Objects;
import java.util.function.LongToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

/// Learning rates and coefficients as the libraries' own schedulers gave them, step by step: each
/// scheduler alone, and inside each recorded training run.
@Tag("fixtures-training")
class RecordedSchedulesTest {
    /// Share of a recorded value: schedulers of torch multiply a rate step by step, here it is
    /// computed in one go.
    private static final double TOLERANCE = 1e-12;

    private static final int BATCH = 64;

    @TestFactory
    Stream<DynamicTest> schedulersAlone() {
        return Fixtures.manifests("case.json", c -> c.has("schedules")).stream()
                .flatMap(m ->
                        m.json()
                                .path("schedules")
                                .propertyStream()
                                .map(s ->
                                        DynamicTest.dynamicTest(
                                                s.getKey(),
                                                () ->
                                                        compare(
                                                                m,
                                                                "schedules",
                                                                s.getKey(),
                                                                alone(s.getValue())))));
    }

    @TestFactory
    Stream<DynamicTest> ratesOfTrainingRuns() {
        return Fixtures.manifests("case.json", c -> c.path("series").has("lr")).stream()
                .filter(m -> !m.json().path("hyper_parameters").has("lr_factors"))
                .map(m ->
                        DynamicTest.dynamicTest(
                                m.json().path("case").asString(),
                                () -> compare(m, "steps", "lr", ofRun(m.json())::at)));
    }

    private static void compare(Manifest m, String file, String name, LongToDoubleFunction at) {
        try (Safetensors values = Safetensors.open(m.folder().resolve(file + ".safetensors"))) {
            double[] recorded =
                    Objects.requireNonNull(values.tensors().get(name), name).toDoubles();
            for (int i = 0; i < recorded.length; i++) {
                assertThat(at.applyAsDouble(i))
                        .as("%s at step %d, from 0", name, i)
                        .isCloseTo(recorded[i], within(TOLERANCE * recorded[i]));
            }
        }
    }

    private static LongToDoubleFunction alone(JsonNode s) {
        long steps = s.path("steps").asLong();
        double lr = s.path("lr").asDouble();
        return switch (s.path("kind").asString()) {
            case "coefficient" ->
                    coefficient(s.path("final_value").asDouble(), s.path("warm_up_steps").asLong());
            case "dl_sparsity" -> coefficient(1, s.path("sparsity_warmup_steps").asLong());
            case "saelens" ->
                    saelens(
                                    s.path("scheduler_name").asString(),
                                    lr,
                                    s.path("lr_end").asDouble(),
                                    s.path("warm_up_steps").asLong(),
                                    s.path("decay_steps").asLong(),
                                    s.path("num_cycles").asInt(),
                                    steps)
                            ::at;
            case "dl" -> dictionaryLearning(lr, s, steps)::at;
            case "hf_linear" -> linear(lr, s.path("warmup").asLong(), steps, steps)::at;
            case "torch_cosine" -> {
                double end = s.path("eta_min").asDouble(0) / lr;
                long epochs = s.path("T_max").asLong();
                yield epochs(lr, end, epochs, 1)::at;
            }
            case String other -> throw new AssertionError("a schedule of kind " + other);
        };
    }

    private static RateSchedule ofRun(JsonNode run) {
        JsonNode settings = run.path("hyper_parameters");
        long steps = run.path("n_steps").asLong();
        if (settings.has("trainer")) {
            JsonNode t = settings.path("trainer");
            return saelens(
                    t.path("lr_scheduler_name").asString(),
                    t.path("lr").asDouble(),
                    t.path("lr_end").asDouble(),
                    t.path("lr_warm_up_steps").asLong(),
                    t.path("lr_decay_steps").asLong(),
                    t.path("n_restart_cycles").asInt(),
                    steps);
        }
        if (settings.has("train")) {
            return sparsify(settings.path("train"), steps, run.path("batches"));
        }
        if (settings.has("arguments")) {
            double lr = settings.path("config_reported_by_the_trainer").path("lr").asDouble();
            return dictionaryLearning(lr, settings.path("arguments"), steps);
        }
        double lr = settings.path("lr").asDouble();
        if (settings.has("epochs")) {
            return epochs(
                    lr,
                    0,
                    settings.path("epochs").asLong(),
                    run.path("batches").path("per_epoch").asLong());
        }
        JsonNode s = settings.path("schedule");
        return s.isObject()
                ? saelens(
                        s.path("scheduler_name").asString(),
                        lr,
                        s.path("lr_end").asDouble(),
                        s.path("warm_up_steps").asLong(),
                        s.path("decay_steps").asLong(),
                        s.path("num_cycles").asInt(),
                        steps)
                : of(LearningRate.constant(lr), steps, steps, steps);
    }

    /// Muon's recorded rate is that of its matrices.
    private static RateSchedule sparsify(JsonNode train, long steps, JsonNode batches) {
        double lr = train.path("lr").asDouble();
        long laidOut = batches.path("training").asLong();
        return switch (train.path("optimizer").asString()) {
            case "adam" -> linear(lr, train.path("lr_warmup_steps").asLong(), steps, laidOut);
            case "muon" -> RateSchedule.linear(lr, laidOut);
            default -> of(LearningRate.constant(lr), steps, steps, laidOut);
        };
    }

    private static RateSchedule saelens(
            String name, double lr, double end, long warmup, long decay, int cycles, long steps) {
        Shape shape =
                switch (name.toLowerCase(Locale.ROOT)) {
                    case "constant" -> Shape.CONSTANT;
                    case "cosineannealing" -> Shape.COSINE;
                    case "cosineannealingwarmrestarts" -> Shape.COSINE_RESTARTS;
                    default -> throw new AssertionError(name);
                };
        LearningRate recipe =
                new LearningRate(
                        lr,
                        false,
                        Span.ofSteps(warmup),
                        WarmupFrom.FIRST_STEP,
                        shape,
                        end / lr,
                        cycles,
                        Span.ofSteps(decay),
                        null);
        return of(recipe, steps, steps, steps);
    }

    private static RateSchedule dictionaryLearning(double lr, JsonNode arguments, long steps) {
        JsonNode restart = arguments.path("resample_steps");
        JsonNode decayStart = arguments.path("decay_start");
        LearningRate recipe =
                new LearningRate(
                        lr,
                        false,
                        Span.ofSteps(arguments.path("warmup_steps").asLong()),
                        WarmupFrom.ZERO,
                        Shape.CONSTANT,
                        0,
                        1,
                        decayStart.isNumber()
                                ? Span.ofSteps(steps - decayStart.asLong())
                                : Span.NONE,
                        restart.isNumber() ? Span.ofSteps(restart.asLong()) : null);
        return of(recipe, steps, steps, steps);
    }

    private static RateSchedule linear(double lr, long warmup, long steps, long laidOut) {
        LearningRate recipe =
                new LearningRate(
                        lr,
                        false,
                        Span.ofSteps(warmup),
                        WarmupFrom.ZERO,
                        Shape.CONSTANT,
                        0,
                        1,
                        Span.ofPerCent(100),
                        null);
        return of(recipe, steps, steps, laidOut);
    }

    private static RateSchedule epochs(double lr, double end, long epochs, long stepsPerEpoch) {
        LearningRate recipe =
                new LearningRate(
                        lr,
                        false,
                        Span.NONE,
                        WarmupFrom.ZERO,
                        Shape.COSINE_EPOCHS,
                        end,
                        1,
                        Span.NONE,
                        null);
        long steps = epochs * stepsPerEpoch;
        return of(recipe, steps, stepsPerEpoch, steps);
    }

    private static RateSchedule of(
            LearningRate recipe, long steps, long stepsPerEpoch, long laidOut) {
        return RateSchedule.of(recipe, 1, steps, BATCH, stepsPerEpoch, laidOut);
    }

    private static LongToDoubleFunction coefficient(double value, long warmup) {
        Sparsity recipe = new Sparsity.L0(value, Span.ofSteps(warmup));
        return CoefficientSchedule.of(recipe, 1000, BATCH)::at;
    }
}
