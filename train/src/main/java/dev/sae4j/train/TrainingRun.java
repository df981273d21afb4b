package dev.sae4j.train;

import dev.sae4j.kernel.Workers;
import dev.sae4j.train.engine.Batch;
import dev.sae4j.train.engine.Density;
import dev.sae4j.train.engine.OptimizerState;
import dev.sae4j.train.engine.Optimizers;
import dev.sae4j.train.engine.Parameter;
import dev.sae4j.train.engine.Parameters;
import dev.sae4j.train.engine.Resampler;
import dev.sae4j.train.engine.StepResult;
import dev.sae4j.train.engine.StepSettings;
import dev.sae4j.train.engine.TrainingStep;
import dev.sae4j.train.recipe.LearningRate;
import dev.sae4j.train.recipe.Loss;
import dev.sae4j.train.recipe.Optimizer;
import dev.sae4j.train.recipe.Recipe;
import dev.sae4j.train.schedule.Counters;
import dev.sae4j.train.schedule.RateSchedule;
import dev.sae4j.train.state.SavedState;
import dev.sae4j.train.state.TrainingState;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// One SAE in training: takes batch after batch, and can be saved and brought back between any two.
public final class TrainingRun {
    private final Workers workers;
    private final Recipe recipe;
    private final RunLength length;
    private final InputScaling scaling;
    private final Parameters weights;
    private final OptimizerState optimizer;
    private final TrainingStep step;
    private final Controls controls;
    private final Resampler.@Nullable Draw draw;
    private final boolean pairs;
    private final boolean biasesFromFirstBatch;
    private long done;

    /// What a run is begun with beside its recipe.
    ///
    /// @param dIn width of the input
    /// @param dOut width of what is reconstructed
    /// @param pairs true if rows hold an input and, behind it, what it is to predict
    /// @param length of the run
    /// @param scaling what is done to the input
    /// @param density which path steps take; only measurements ask for a certain one
    /// @param draw chooses rows for resampling; null for a seeded draw
    public record Setup(
            int dIn,
            int dOut,
            boolean pairs,
            RunLength length,
            InputScaling scaling,
            Density density,
            Resampler.@Nullable Draw draw) {
        /// An autoencoder.
        public static Setup of(int dIn, RunLength length, InputScaling scaling) {
            return new Setup(dIn, dIn, false, length, scaling, Density.MEASURED, null);
        }
    }

    /// @param weights where training begins; changed by every step
    /// @param biasesFromFirstBatch true if biases that follow from data still have to be set
    TrainingRun(
            Workers workers,
            Recipe recipe,
            Setup setup,
            Parameters weights,
            boolean biasesFromFirstBatch) {
        this.workers = workers;
        this.recipe = recipe;
        this.length = setup.length();
        this.scaling = setup.scaling();
        this.weights = weights;
        this.biasesFromFirstBatch = biasesFromFirstBatch;
        this.draw = setup.draw();
        this.pairs = setup.pairs();
        LearningRate rate = recipe.learningRate();
        double scale = rate.scaledByWidth() ? Math.sqrt(16384.0 / recipe.features(setup.dIn())) : 1;
        this.optimizer =
                Optimizers.of(
                        recipe.optimizer(),
                        weights.all(),
                        RateSchedule.linear(
                                rate.peak() * scale,
                                Math.multiplyExact(length.steps(), recipe.accumulate())));
        this.step =
                TrainingStep.of(
                        workers, recipe, weights, optimizer, length.steps(), setup.density());
        this.controls = new Controls(recipe, setup.dIn(), length);
    }

    public Recipe recipe() {
        return recipe;
    }

    public RunLength length() {
        return length;
    }

    public InputScaling scaling() {
        return scaling;
    }

    /// True if rows hold an input and what it is to predict: a transcoder is trained.
    public boolean pairs() {
        return pairs;
    }

    /// Steps done.
    public long steps() {
        return done;
    }

    /// Training rows seen; a shorter batch at an epoch's end counts as a full one.
    public long tokens() {
        return done * recipe.rowsPerStep();
    }

    /// The weights in training, in the units of the scaled input.
    public Parameters weights() {
        return weights;
    }

    /// The step itself: counters, optimizer, threshold.
    public TrainingStep step() {
        return step;
    }

    /// The weights that are to be kept: the average, with optimizers that keep one, else those in
    /// training themselves.
    public Parameters result() {
        if (!(recipe.optimizer() instanceof Optimizer.Signum)) {
            return weights;
        }
        Parameters copy = weights.copy();
        List<Parameter> from = weights.all();
        List<Parameter> to = copy.all();
        for (int i = 0; i < from.size(); i++) {
            optimizer.averaged(from.get(i), to.get(i).value());
        }
        return copy;
    }

    /// Does one step.
    ///
    /// @param raw `[rows, dIn + dOut]`, or `[rows, dIn]` for autoencoders, as stored
    public StepResult step(float[] raw, int rows) {
        Batch batch = batch(raw, rows);
        if (done == 0 && biasesFromFirstBatch) {
            int first = rows / recipe.accumulate();
            InitialWeights.biases(recipe, weights, batch(raw, first));
        }
        StepResult result = step.run(batch.grouped(recipe.accumulate()), controls.at(done));
        if (result.done()) {
            controls.after(done, result);
            resample(batch);
            done++;
        }
        return result;
    }

    /// What the next step is to use.
    StepSettings settings() {
        return controls.at(Math.min(done, length.steps() - 1));
    }

    /// Measures a batch without learning from it.
    public StepResult measure(float[] raw, int rows) {
        return step.measure(batch(raw, rows), settings());
    }

    /// A batch as steps see it.
    ///
    /// @param raw as in [#step]
    Batch batch(float[] raw, int rows) {
        int dIn = weights.dIn();
        return pairs
                ? Columns.pairs(raw, rows, dIn, weights.dOut())
                : scaling.batch(workers, raw, rows, dIn);
    }

    private void resample(Batch batch) {
        Loss.Resample rule = recipe.loss().resample();
        if (rule == null) {
            return;
        }
        long every = Math.max(1, rule.every().steps(length.steps(), recipe.rowsPerStep()));
        if (done % every == 0) {
            Resampler.Draw by = draw == null ? new WeightedDraw(recipe.seed(), done) : draw;
            double unit = step.dead().countsSteps() ? 1 : batch.rows();
            Resampler.run(step, batch.x(), batch.rows(), every / 2.0 * unit, by);
        }
    }

    /// Adds all that the run needs to go on.
    ///
    /// @param prefix of names, for several runs in one state
    void save(TrainingState state, String prefix) {
        for (Parameter p : weights.all()) {
            state.floats(prefix + p.name(), p.value());
        }
        optimizer.state().forEach((name, values) -> state.floats(prefix + name, values));
        state.longs(prefix + "silent", step.dead().silent());
        Map<String, Double> numbers = numbers();
        double[] values = numbers.values().stream().mapToDouble(Double::doubleValue).toArray();
        state.doubles(prefix + "numbers", values);
        state.fact(prefix + "numbers", List.copyOf(numbers.keySet()));
        state.fact(prefix + "step", done);
    }

    /// What a run needs to go on beside its arrays and the number of steps done.
    Map<String, Double> numbers() {
        Map<String, Double> numbers = new TreeMap<>();
        optimizer.counters().forEach((name, value) -> numbers.put("optimizer/" + name, value));
        controls.state().forEach((name, value) -> numbers.put("controls/" + name, value));
        numbers.put("threshold", step.threshold().value());
        numbers.put("density", step.density());
        return numbers;
    }

    /// Goes on where a saved run stopped.
    void restore(SavedState state, String prefix) {
        for (Parameter p : weights.all()) {
            state.readInto(prefix + p.name(), p.value());
        }
        optimizer.state().forEach((name, values) -> state.readInto(prefix + name, values));
        state.readInto(prefix + "silent", step.dead().silent());
        JsonNode names = state.facts().path(prefix + "numbers");
        double[] values = new double[names.size()];
        state.readInto(prefix + "numbers", values);
        Map<String, Double> numbers = new TreeMap<>();
        for (int i = 0; i < values.length; i++) {
            numbers.put(names.get(i).asString(), values[i]);
        }
        restore(numbers, state.facts().path(prefix + "step").asLong());
    }

    /// Sets what [#numbers] gave.
    void restore(Map<String, Double> numbers, long steps) {
        step.threshold().set(Counters.get(numbers, "threshold"));
        step.setDensity(Counters.get(numbers, "density"));
        optimizer.restore(part(numbers, "optimizer/"));
        controls.restore(part(numbers, "controls/"));
        done = steps;
    }

    private static Map<String, Double> part(Map<String, Double> numbers, String prefix) {
        Map<String, Double> part = new TreeMap<>();
        numbers.forEach((name, value) -> {
            if (name.startsWith(prefix)) {
                part.put(name.substring(prefix.length()), value);
            }
        });
        return part;
    }
}
