package dev.sae4j.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sae4j.kernel.Workers;
import dev.sae4j.testing.Fixtures;
import dev.sae4j.train.engine.Density;
import dev.sae4j.train.engine.Parameter;
import dev.sae4j.train.engine.Parameters;
import dev.sae4j.train.engine.Resampler;
import dev.sae4j.train.engine.StepResult;
import dev.sae4j.train.recipe.Architecture;
import dev.sae4j.train.recipe.InputScale;
import dev.sae4j.train.recipe.Optimizer;
import dev.sae4j.train.recipe.Recipe;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

/// Every trainer repeats the recorded run of the library it is named after, step by step: each
/// series and all weights, within ten times the drift that the recording itself shows between
/// float32 and float64.
@Tag("fixtures-training")
final class RecordedTrainingTest {
    /// What float32 alone may cost where a recording shows no drift: four units in the last place.
    private static final double FLOOR = 4 * 6e-8;

    /// Muon works in bfloat16: its recording is good for a coarse comparison only.
    private static final double COARSE = 2e-2;

    @TestFactory
    Stream<DynamicTest> repeatsTheRunOfItsLibrary() {
        return cases(Density.MEASURED);
    }

    @TestFactory
    Stream<DynamicTest> repeatsItOnTheDensePath() {
        return cases(Density.ALWAYS_DENSE).filter(t -> true);
    }

    private static Stream<DynamicTest> cases(Density density) {
        return Fixtures.manifests(
                        "case.json",
                        j -> j.has("series") && j.has("trainer_class") && j.at("/dims/d_sae").isNumber())
                .stream()
                .map(m -> new RecordedCase(m.folder(), m.json()))
                .filter(c -> density == Density.MEASURED || bySelection(c.recipe()))
                .map(c -> DynamicTest.dynamicTest(c.name(), () -> new Repeat(c, density).run()));
    }

    /// True for architectures that have a dense path.
    private static boolean bySelection(Recipe recipe) {
        return switch (recipe.activation()) {
            case Architecture.Relu _, Architecture.Gated _, Architecture.JumpRelu _ -> true;
            default -> false;
        };
    }

    private static final class Repeat {
        private final RecordedCase recorded;
        private final Recipe recipe;
        private final Density density;
        private final JsonNode drift;
        private final Map<String, double[]> series;
        private final Map<String, double[]> doubles;
        private final boolean coarse;
        private final Map<String, Double> worst = new LinkedHashMap<>();

        Repeat(RecordedCase recorded, Density density) {
            this.recorded = recorded;
            this.recipe = recorded.recipe();
            this.density = density;
            this.drift = recorded.json().get("drift_f32_vs_f64");
            this.series = recorded.read("steps.safetensors");
            this.doubles =
                    recorded.has("steps_f64.safetensors")
                            ? recorded.read("steps_f64.safetensors")
                            : Map.of();
            this.coarse = recipe.optimizer() instanceof Optimizer.Muon;
        }

        void run() {
            try (Workers workers = Workers.of(1)) {
                boolean pairs = recorded.json().at("/data/tensors").size() == 2
                        && recorded.json().at("/data/tensors/1").asString().equals("targets");
                boolean epochs = recipe.epochs() != null;
                float[] rows =
                        epochs
                                ? recorded.data("train")
                                : recorded.data(pairs ? "inputs" : "activations");
                float[] targets = pairs ? recorded.data("targets") : null;
                int d = recorded.dIn();
                int batch = recipe.batch() * recipe.accumulate();
                long perEpoch = epochs ? rows.length / d : Long.MAX_VALUE;
                var length =
                        epochs
                                ? RunLength.of(recipe, perEpoch)
                                : new RunLength(recorded.steps(), recorded.steps(), 1);
                assertThat(length.steps()).isEqualTo(recorded.steps());
                InputScaling scaling = scaling(rows, d);
                var shape = Shapes.of(recipe, d, d);
                Parameters weights = Parameters.zeros(shape);
                RecordedCase.load(weights, recorded.read("init.safetensors"));
                int[] stepNow = new int[1];
                Resampler.Draw draw = (w, n) -> drawn(stepNow[0], n);
                var run =
                        new TrainingRun(
                                workers,
                                recipe,
                                new TrainingRun.Setup(d, d, pairs, length, scaling, density, draw),
                                weights,
                                true);
                int skip = recipe.input().consumed() ? recipe.input().batches() : 0;
                int[][] order = epochs ? order() : null;
                int at = 0;
                for (int s = 1; s <= recorded.steps(); s++) {
                    stepNow[0] = s;
                    float[] x;
                    int n = batch;
                    if (order != null) {
                        int[] epoch = order[(int) ((s - 1) / length.stepsPerEpoch())];
                        int from = (int) ((s - 1) % length.stepsPerEpoch()) * batch;
                        n = Math.min(batch, epoch.length - from);
                        x = new float[n * d];
                        for (int r = 0; r < n; r++) {
                            System.arraycopy(rows, epoch[from + r] * d, x, r * d, d);
                        }
                    } else if (targets != null) {
                        x = new float[n * 2 * d];
                        for (int r = 0; r < n; r++) {
                            int row = ((s - 1) * batch + r) * d;
                            System.arraycopy(rows, row, x, r * 2 * d, d);
                            System.arraycopy(targets, row, x, r * 2 * d + d, d);
                        }
                    } else {
                        int from = (skip * recipe.batch() + (s - 1) * batch) * d;
                        x = Arrays.copyOfRange(rows, from, from + batch * d);
                    }
                    StepResult found = run.step(x, n);
                    compareSeries(s, found, run);
                    if (recorded.has("weights_" + s + ".safetensors")) {
                        compareWeights(s, run.weights());
                    }
                    compareCounters(s, run);
                    if (order != null && s % length.stepsPerEpoch() == 0) {
                        validate(run, (int) (s / length.stepsPerEpoch()), d);
                    }
                }
                compareStart(weights, scaling);
                report();
            }
        }

        private void report() {
            if (System.getProperty("sae4j.parity") != null) {
                StringBuilder line = new StringBuilder(recorded.name());
                worst.forEach((k, v) -> { if (v > Double.parseDouble(System.getProperty("sae4j.parity"))) line.append("  %s %.2g".formatted(k, v)); });
                System.err.println(line);
            }
        }

        private int[][] order() {
            double[] all = null;
            all = toDoubles(recorded.data("order"));
            int n = recorded.json().at("/dims/train_rows").asInt();
            int[][] order = new int[all.length / n][n];
            for (int i = 0; i < all.length; i++) {
                order[i / n][i % n] = (int) all[i];
            }
            return order;
        }

        private static double[] toDoubles(float[] values) {
            double[] doubles = new double[values.length];
            Arrays.setAll(doubles, i -> values[i]);
            return doubles;
        }

        private int[] drawn(int step, int n) {
            String name = "resample/step_" + step + "/rows";
            double[] rows = recorded.read("extras.safetensors").get(name);
            assertThat(rows).as(name).isNotNull().hasSize(n);
            return Arrays.stream(rows).mapToInt(v -> (int) v).toArray();
        }

        private InputScaling scaling(float[] rows, int d) {
            InputScale.Type type = recipe.input().type();
            if (type == InputScale.Type.WHITENING) { // eigenvectors have no sign of their own
                Map<String, double[]> extras = recorded.read("extras.safetensors");
                return new InputScaling(
                        type,
                        1,
                        new InputScaling.Whitening(
                                RecordedCase.floats(extras.get("whitening_mean")),
                                RecordedCase.floats(extras.get("whitening_matrix")),
                                RecordedCase.floats(extras.get("whitening_inverse_matrix"))));
            }
            Integer batches = recipe.input().batches();
            float[] sample =
                    batches == null
                            ? rows
                            : Arrays.copyOf(rows, batches * recipe.batch() * d);
            return InputScaling.estimate(type, sample, d);
        }

        private void compareSeries(int s, StepResult found, TrainingRun run) {
            for (Map.Entry<String, double[]> e : series.entrySet()) {
                String name = e.getKey();
                Double value = RecordedSeries.of(name, recorded, found, run);
                if (value == null) {
                    continue;
                }
                double expected = e.getValue()[s - 1];
                check("series " + name, name, s, expected, value, seriesTolerance(name, s));
            }
        }

        private double seriesTolerance(String name, int s) {
            if (coarse) {
                return COARSE;
            }
            double recordedDrift = seriesDrift(name);
            double limit = Math.max(10 * recordedDrift, FLOOR);
            return limit(s, limit, recordedDrift);
        }

        /// How far the recorded float32 run is off the recorded float64 run, at most.
        private double seriesDrift(String name) {
            double[] single = Objects.requireNonNull(series.get(name));
            double[] exact = doubles.get(name);
            if (exact == null) {
                return weightDrift();
            }
            double most = 0;
            for (int i = 0; i < single.length; i++) {
                if (exact[i] != 0 && Double.isFinite(exact[i])) {
                    most = Math.max(most, Math.abs(single[i] - exact[i]) / Math.abs(exact[i]));
                }
            }
            return most;
        }

        /// After step 1 nothing may be off by more than 1e-6, unless the recording itself is: Adam
        /// divides by the gradient's size, so where one is hardly above 0 its rounding shows.
        private static double limit(int s, double tenfold, double drift) {
            return s == 1 && drift < 1e-6 ? Math.min(tenfold, 1e-6) : tenfold;
        }

        /// The largest drift on record, for what has none of its own.
        private double weightDrift() {
            double most = 0;
            for (JsonNode n : drift.get("weights")) {
                most = Math.max(most, n.get("max_rel").asDouble());
            }
            for (JsonNode n : drift.get("series")) {
                most = Math.max(most, n.get("max_rel_any_step").asDouble());
            }
            return most;
        }

        private void check(
                String what, String key, int s, double expected, double found, double tolerance) {
            if (expected == found || (Double.isNaN(expected) && Double.isNaN(found))) {
                return;
            }
            double off = Math.abs(expected - found) / Math.abs(expected);
            worst.merge(key, off / tolerance, Math::max);
            if (System.getProperty("sae4j.parity") == null) {
                assertThat(off)
                        .as(
                                "%s of step %d: recorded %s, found %s; relative difference",
                                what, s, expected, found)
                        .isLessThanOrEqualTo(tolerance);
            }
        }

        private void compareWeights(int s, Parameters weights) {
            compareTensors("weights_" + s + ".safetensors", s, weights);
        }

        private void compareTensors(String fileName, int s, Parameters weights) {
            Map<String, double[]> file = recorded.read(fileName);
            JsonNode own = drift.at("/weights/" + s + "/max_rel");
            double ownDrift = own.asDouble(weightDrift());
            double tenfold = Math.max(10 * ownDrift, FLOOR);
            double limit = coarse ? COARSE : limit(s, tenfold, ownDrift);
            for (Parameter p : weights.all()) {
                double[] expected = RecordedCase.values(p, file);
                double largest = Arrays.stream(expected).map(Math::abs).max().orElse(0);
                double most = 0;
                for (int i = 0; i < expected.length; i++) {
                    most = Math.max(most, Math.abs(expected[i] - p.value()[i]));
                }
                check(
                        "largest difference of " + p.name() + " in " + fileName,
                        "w" + s + "/" + p.name(),
                        s,
                        largest,
                        largest + most,
                        limit);
            }
        }

        private void compareCounters(int s, TrainingRun run) {
            String file = "counters_" + s + ".safetensors";
            if (!recorded.has(file)) {
                return;
            }
            Map<String, double[]> counters = recorded.read(file);
            for (String name :
                    List.of(
                            "num_tokens_since_fired",
                            "steps_since_active",
                            "n_forward_passes_since_fired")) {
                if (counters.containsKey(name)) {
                    double unit = name.equals("num_tokens_since_fired") || run.step().dead().countsSteps() ? 1 : recipe.batch();
                    double[] found =
                            Arrays.stream(run.step().dead().silent())
                                    .mapToDouble(v -> v / unit)
                                    .toArray();
                    assertThat(found).as(name + " after step " + s).isEqualTo(counters.get(name));
                }
            }
        }

        private void validate(TrainingRun run, int epoch, int d) {
            Map<String, double[]> epochs = recorded.read("epochs.safetensors");
            Validation found = Validation.of(run, recorded.data("val"), d);
            double limit = Math.max(10 * weightDrift(), FLOOR);
            check("val_mse", "val_mse", epoch, epochs.get("val_mse")[epoch - 1], found.meanSquaredError(), limit);
            check("val_l0", "val_l0", epoch, epochs.get("val_l0")[epoch - 1], found.l0(), FLOOR);
            check("val_dead", "val_dead", epoch, epochs.get("val_dead")[epoch - 1], found.neverFired(), 0);
        }

        /// What the first batch decided.
        private void compareStart(Parameters weights, InputScaling scaling) {
            if (!recorded.has("extras.safetensors")) {
                return;
            }
            Map<String, double[]> extras = recorded.read("extras.safetensors");
            double[] factor = extras.get("scaling_factor");
            if (factor != null) {
                check("scaling factor", "factor", 0, factor[0], scaling.factor(), 1e-7);
            }
            double[] norm = extras.get("norm_factor");
            if (norm != null) {
                check("norm factor", "factor", 0, norm[0], 1 / scaling.factor(), 1e-7);
            }
        }
    }
}
