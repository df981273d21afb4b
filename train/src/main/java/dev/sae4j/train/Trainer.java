package dev.sae4j.train;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.UsageException;
import dev.sae4j.kernel.Vectors;
import dev.sae4j.kernel.Workers;
import dev.sae4j.store.TrainingRows;
import dev.sae4j.train.engine.Batch;
import dev.sae4j.train.engine.Density;
import dev.sae4j.train.engine.Parameters;
import dev.sae4j.train.engine.StepResult;
import dev.sae4j.train.recipe.InputScale;
import dev.sae4j.train.recipe.Recipe;
import dev.sae4j.train.recipe.RecipeFiles;
import dev.sae4j.train.recipe.Span;
import dev.sae4j.train.state.SavedState;
import dev.sae4j.train.state.StateFolder;
import dev.sae4j.train.state.TrainingState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Trains one SAE, or several from one stream of rows. The same recipes on the same rows give the
/// same bits on any number of threads of machines with the same vector width, and whether or not the
/// run was killed and resumed.
public final class Trainer {
    private final Workers workers;
    private final List<Recipe> recipes;
    private final TrainingRows rows;
    private final Options options;
    private final int dIn;
    private final int dOut;
    private final RunLength length;
    private final Beginning beginning;
    private final List<Member> members = new ArrayList<>();
    private long done;
    private long lastSave = System.nanoTime();
    private long saveNanos;

    /// What is to be done beside training.
    ///
    /// @param validation `[n, width]`, rows that are not trained on; empty for none
    /// @param state where the run is saved; null for nowhere
    /// @param resume true to go on with a saved run if there is one
    /// @param saveEverySteps steps between two states; 0 for about every minute
    /// @param identity what the rows are; a run is only resumed on the same
    public record Options(
            float[] validation,
            @Nullable StateFolder state,
            boolean resume,
            long saveEverySteps,
            Map<String, Object> identity) {
        /// Just train.
        public static final Options NONE = new Options(new float[0], null, false, 0, Map.of());

        /// The same with rows to validate on.
        public Options validatedOn(float[] validationRows) {
            return new Options(validationRows, state, resume, saveEverySteps, identity);
        }
    }

    /// One run and what is known of it.
    private static final class Member {
        final TrainingRun run;
        final List<Long> snapshots;
        @Nullable Parameters best;
        double bestError = Double.POSITIVE_INFINITY;
        long bestEpoch;
        int dead;
        @Nullable String failure;

        Member(TrainingRun run, List<Long> snapshots) {
            this.run = run;
            this.snapshots = snapshots;
        }
    }

    /// Makes a run from what the recipe, the rows and the seed came to. Recorded runs begin with
    /// other weights.
    interface Beginning {
        /// As the constructor of [TrainingRun].
        TrainingRun begin(
                Workers workers,
                Recipe recipe,
                TrainingRun.Setup setup,
                Parameters weights,
                boolean biasesFromFirstBatch);
    }

    /// @param recipes of equal batch, length and treatment of the rows' start; at least one
    /// @param rows what to train on; read from the calling thread
    public Trainer(Workers workers, List<Recipe> recipes, TrainingRows rows, Options options) {
        this(workers, recipes, rows, options, TrainingRun::new);
    }

    Trainer(
            Workers workers,
            List<Recipe> recipes,
            TrainingRows rows,
            Options options,
            Beginning beginning) {
        this.beginning = beginning;
        this.workers = workers;
        this.recipes = List.copyOf(recipes);
        this.rows = rows;
        this.options = options;
        this.dIn = rows.inputs();
        this.dOut = rows.width() > dIn ? rows.width() - dIn : dIn;
        this.length = RunLength.of(recipes.getFirst(), rows.rowsPerEpoch());
        for (Recipe recipe : recipes) {
            requireTogether(recipes.getFirst(), recipe);
            if (recipe.bestOnValidation() && options.validation().length == 0) {
                throw new UsageException(
                        "recipe '%s' keeps the best epoch by validation error, but there are no rows to validate on"
                                .formatted(recipe.name()));
            }
        }
        MemoryPlan.of(recipes, dIn, dOut).check(Runtime.getRuntime().maxMemory());
    }

    /// How long the run is.
    public RunLength length() {
        return length;
    }

    private void requireTogether(Recipe first, Recipe other) {
        boolean together =
                first.batch() * first.accumulate() == other.batch() * other.accumulate()
                        && RunLength.of(other, rows.rowsPerEpoch()).equals(length)
                        && first.keepLastBatch() == other.keepLastBatch()
                        && skipped(first) == skipped(other);
        if (!together) {
            throw new UsageException(
                    "recipes '%s' and '%s' cannot read one stream: they differ in batch, length or in what they do with the first rows"
                            .formatted(first.name(), other.name()));
        }
        boolean pairs = rows.width() > dIn;
        if (pairs && other.inputBias() == Recipe.InputBias.DECODER) {
            throw new UsageException(
                    "recipe '%s' subtracts b_dec from its input, but the rows hold inputs and targets: b_dec belongs to the targets; use --set input_bias=none"
                            .formatted(other.name()));
        }
        if (pairs && other.input().type() != InputScale.Type.NONE) {
            throw new UsageException(
                    "recipe '%s' scales its input, which transcoders cannot undo; use --set input.type=none"
                            .formatted(other.name()));
        }
    }

    /// Rows at the start that an estimate takes and training does not see.
    private static long skipped(Recipe recipe) {
        Integer batches = recipe.input().batches();
        return recipe.input().consumed() && batches != null ? (long) batches * recipe.batch() : 0;
    }

    /// Runs all steps. A run whose loss is not finite stops with the weights it has, and its result
    /// says why; the others go on. If rows can no longer be read, all stop.
    ///
    /// @throws Sae4jException if the rows cannot be trained on from the start
    public List<TrainingResult> run(TrainingListener listener) {
        Optional<SavedState> saved = saved(listener);
        begin();
        saved.ifPresent(state -> {
            try (state) {
                restore(state);
            }
        });
        int perStep = recipes.getFirst().batch() * recipes.getFirst().accumulate();
        float[] x = new float[Math.multiplyExact(perStep, rows.width())];
        long began = System.nanoTime();
        while (done < length.steps() && members.stream().anyMatch(m -> m.failure == null)) {
            int n;
            try {
                n = read(x, perStep);
            } catch (Sae4jException e) {
                if (done == 0) {
                    throw e;
                }
                stopAll(e.getMessage());
                break;
            }
            step(x, n, listener);
            done++;
            afterStep(listener);
        }
        double seconds = (System.nanoTime() - began) / 1e9;
        return members.stream().map(m -> result(m, seconds)).toList();
    }

    private Optional<SavedState> saved(TrainingListener listener) {
        StateFolder state = options.state();
        return state != null && options.resume() ? state.latest(listener::warn) : Optional.empty();
    }

    private int read(float[] x, int perStep) {
        int n =
                recipes.getFirst().keepLastBatch()
                        ? rows.nextWithinEpoch(x, perStep)
                        : rows.next(x, perStep);
        if (n < perStep && !recipes.getFirst().keepLastBatch()) {
            throw new Sae4jException(
                    "the activations ended %d rows too early: harvest more, or train on fewer"
                            .formatted(perStep - n));
        }
        return n;
    }

    private void stopAll(@Nullable String why) {
        for (Member m : members) {
            if (m.failure == null) {
                m.failure = "training stopped at step %d: %s".formatted(done + 1, why);
            }
        }
    }

    private void step(float[] x, int n, TrainingListener listener) {
        for (int i = 0; i < members.size(); i++) {
            Member m = members.get(i);
            if (m.failure != null) {
                continue;
            }
            StepResult found = m.run.step(x, n);
            m.dead = found.dead();
            if (!found.done()) {
                m.failure = whatFailed(x, n, found);
            } else {
                listener.afterStep(i, m.run, found);
            }
        }
    }

    private String whatFailed(float[] x, int n, StepResult found) {
        long step = done + 1;
        if (!Vectors.allFinite(x, 0, n * rows.width())) {
            return "step %d met activations that are NaN or infinite: check the model and the data"
                    .formatted(step);
        }
        return "the loss was %s at step %d: the learning rate is too high, or some activations are far larger than the others (harvest with --exclude first,special,norm leaves those out)"
                .formatted(found.loss(), step);
    }

    private void afterStep(TrainingListener listener) {
        boolean epochEnds = done % length.stepsPerEpoch() == 0;
        for (int i = 0; i < members.size(); i++) {
            Member m = members.get(i);
            if (m.failure != null) {
                continue;
            }
            if (epochEnds && options.validation().length > 0) {
                validate(i, m, listener);
            }
            if (m.snapshots.contains(done)) {
                listener.snapshot(i, m.run);
            }
        }
        if (options.state() != null && done < length.steps() && saveIsDue()) {
            save();
            listener.saved(done);
        }
    }

    private void validate(int i, Member m, TrainingListener listener) {
        long epoch = done / length.stepsPerEpoch();
        Validation found = Validation.of(m.run, options.validation(), rows.width());
        listener.afterEpoch(i, m.run, epoch, found);
        if (m.run.recipe().bestOnValidation() && found.meanSquaredError() < m.bestError) {
            m.bestError = found.meanSquaredError();
            m.bestEpoch = epoch;
            Parameters best = m.best;
            if (best == null) {
                best = m.run.weights().copy();
                m.best = best;
            }
            best.copyFrom(m.run.weights());
        }
    }

    /// About once a minute, but so that saving takes no more than a twentieth of the time.
    private boolean saveIsDue() {
        if (options.saveEverySteps() > 0) {
            return done % options.saveEverySteps() == 0;
        }
        return System.nanoTime() - lastSave > Math.max(60_000_000_000L, 20 * saveNanos);
    }

    private void save() {
        long began = System.nanoTime();
        var state = new TrainingState(done);
        state.fact("recipes", recipes.stream().map(RecipeFiles::toMap).toList());
        state.fact("data", options.identity());
        state.fact("row_width", rows.width());
        state.fact("rows_per_epoch", rows.rowsPerEpoch());
        state.fact("position", rows.position());
        for (int i = 0; i < members.size(); i++) {
            Member m = members.get(i);
            String prefix = i + "/";
            m.run.save(state, prefix);
            InputScaling scaling = m.run.scaling();
            state.doubles(
                    prefix + "member",
                    new double[] {scaling.factor(), m.bestError, m.bestEpoch, m.dead});
            InputScaling.Whitening w = scaling.whitening();
            if (w != null) {
                state.floats(prefix + "whitening/mean", w.mean());
                state.floats(prefix + "whitening/matrix", w.matrix());
                state.floats(prefix + "whitening/inverse", w.inverse());
            }
            state.fact(prefix + "failure", Objects.requireNonNullElse(m.failure, ""));
            Parameters best = m.best;
            if (best != null) {
                best.all().forEach(p -> state.floats(prefix + "best/" + p.name(), p.value()));
            }
        }
        Objects.requireNonNull(options.state()).save(state);
        lastSave = System.nanoTime();
        saveNanos = lastSave - began;
    }

    /// Makes the runs and brings the rows to where training begins.
    private void begin() {
        for (Recipe recipe : recipes) {
            InputScaling scaling = scaling(recipe);
            Batch sample = sample(recipe, scaling);
            Parameters weights = InitialWeights.draw(recipe, Shapes.of(recipe, dIn, dOut), sample);
            boolean fromSample = recipe.start().sampleRows() != null;
            if (fromSample) {
                InitialWeights.biases(recipe, weights, sample);
            }
            var setup =
                    new TrainingRun.Setup(
                            dIn, dOut, rows.width() > dIn, length, scaling, Density.MEASURED, null);
            members.add(
                    new Member(
                            beginning.begin(workers, recipe, setup, weights, !fromSample),
                            snapshots(recipe)));
        }
        rows.seek(skipped(recipes.getFirst()));
    }

    private List<Long> snapshots(Recipe recipe) {
        long perStep = (long) recipe.batch() * recipe.accumulate();
        List<Long> steps = new ArrayList<>();
        for (Span at : recipe.snapshots()) {
            steps.add(Math.ceilDiv(at.tokens(length.steps(), perStep), perStep));
        }
        return steps;
    }

    private InputScaling scaling(Recipe recipe) {
        InputScale.Type type = recipe.input().type();
        if (type == InputScale.Type.NONE || type == InputScale.Type.LAYER_NORM) {
            return new InputScaling(type, 1, null);
        }
        Integer batches = recipe.input().batches();
        long wanted = batches == null ? sampleRows(recipe) : (long) batches * recipe.batch();
        var estimate = new InputScaling.Estimate(type, dIn);
        rows.seek(0);
        float[] x = new float[Math.multiplyExact(recipe.batch(), rows.width())];
        for (long at = 0; at < wanted; ) {
            int n = rows.next(x, (int) Math.min(recipe.batch(), wanted - at));
            if (n == 0) {
                throw new Sae4jException(
                        "the activations ended after %d rows, before the %d that recipe '%s' estimates its input scale from"
                                .formatted(at, wanted, recipe.name()));
            }
            requireFinite(x, n);
            estimate.add(x, n);
            at += n;
        }
        return estimate.finish();
    }

    private long sampleRows(Recipe recipe) {
        Integer wanted = recipe.start().sampleRows();
        return Math.max(2, Math.min(wanted == null ? recipe.batch() : wanted, rows.rowsPerEpoch()));
    }

    /// The first rows, for starts that rest on them.
    private Batch sample(Recipe recipe, InputScaling scaling) {
        int n = Math.toIntExact(sampleRows(recipe));
        float[] x = new float[Math.multiplyExact(n, rows.width())];
        rows.seek(skipped(recipe));
        int found = rows.next(x, n);
        requireFinite(x, found);
        return rows.width() > dIn
                ? pair(x, found)
                : scaling.batch(workers, Arrays.copyOf(x, found * dIn), found, dIn);
    }

    private Batch pair(float[] raw, int n) {
        float[] x = new float[n * dIn];
        float[] y = new float[n * dOut];
        for (int r = 0; r < n; r++) {
            System.arraycopy(raw, r * (dIn + dOut), x, r * dIn, dIn);
            System.arraycopy(raw, r * (dIn + dOut) + dIn, y, r * dOut, dOut);
        }
        return Batch.of(x, y, n);
    }

    /// Refuses rows before any work if they cannot be trained on.
    private void requireFinite(float[] sample, int n) {
        int width = rows.width();
        if (Vectors.allFinite(sample, 0, n * width)) {
            return;
        }
        for (int i = 0; i < n * width; i++) {
            if (!Float.isFinite(sample[i])) {
                throw new Sae4jException(
                        "the activations hold %s (row %d of the first sample, dimension %d): check the model and the data, then harvest again"
                                .formatted(sample[i], i / width, i % width));
            }
        }
    }

    private void restore(SavedState state) {
        state.requireSame("recipes", recipes.stream().map(RecipeFiles::toMap).toList());
        state.requireSame("data", options.identity());
        state.requireSame("row_width", rows.width());
        state.requireSame("rows_per_epoch", rows.rowsPerEpoch());
        for (int i = 0; i < members.size(); i++) {
            Member m = members.get(i);
            String prefix = i + "/";
            m.run.restore(state, prefix);
            double[] numbers = new double[4];
            state.readInto(prefix + "member", numbers);
            requireSameScaling(m, numbers[0]);
            m.bestError = numbers[1];
            m.bestEpoch = (long) numbers[2];
            m.dead = (int) numbers[3];
            String failure = state.facts().path(prefix + "failure").asString();
            m.failure = failure.isEmpty() ? null : failure;
            if (m.bestEpoch > 0) {
                Parameters best = m.run.weights().copy();
                best.all().forEach(p -> state.readInto(prefix + "best/" + p.name(), p.value()));
                m.best = best;
            }
        }
        done = state.step();
        rows.seek(state.facts().path("position").asLong());
    }

    /// The estimate is made again from the same rows: another result means other rows.
    private static void requireSameScaling(Member m, double factor) {
        if (m.run.scaling().factor() != factor) {
            throw new UsageException(
                    "the run cannot be resumed: its input scale was %s, these activations give %s; go on with the data it was begun with"
                            .formatted(factor, m.run.scaling().factor()));
        }
    }

    private TrainingResult result(Member m, double seconds) {
        Parameters best = m.best;
        if (m.failure == null && !m.run.weights().allFinite()) {
            m.failure = "the last step made weights that are not finite";
        }
        return new TrainingResult(
                m.run.recipe(),
                best != null ? best : m.run.result(),
                m.run.scaling(),
                m.run.step().threshold().value(),
                m.run.steps(),
                m.run.tokens(),
                m.dead,
                best == null ? 0 : m.bestEpoch,
                seconds,
                m.failure);
    }
}
