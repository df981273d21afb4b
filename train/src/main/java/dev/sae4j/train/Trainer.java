package dev.sae4j.train;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.UsageException;
import dev.sae4j.kernel.Workers;
import dev.sae4j.store.RowsCursor;
import dev.sae4j.store.TrainingRows;
import dev.sae4j.train.engine.Batch;
import dev.sae4j.train.engine.Density;
import dev.sae4j.train.engine.Parameters;
import dev.sae4j.train.engine.StepResult;
import dev.sae4j.train.recipe.InputScale;
import dev.sae4j.train.recipe.Recipe;
import dev.sae4j.train.recipe.RecipeFiles;
import dev.sae4j.train.state.SavedState;
import dev.sae4j.train.state.StateFolder;
import dev.sae4j.train.state.TrainingState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Trains one SAE, or several from one stream of rows, each on all columns of it or on some.
///
/// The same recipes on the same rows give the same bits on any number of threads of machines with
/// the same vector width, and whether or not the run was killed and resumed.
public final class Trainer {
    private static final String CURSOR = "rows_cursor";
    private static final String KEPT = "rows_kept";

    private final Workers workers;
    private final List<Recipe> recipes;
    private final TrainingRows rows;
    private final Options options;
    private final List<Columns> columns;
    private final RunLength length;
    private final Beginning beginning;
    private final List<Member> members = new ArrayList<>();
    private long done;
    private long lastSave = System.nanoTime();
    private long saveNanos;

    /// One SAE to train.
    ///
    /// @param from first of the columns of a row that it trains on
    /// @param width of them
    public record Job(Recipe recipe, int from, int width) {
        /// One that trains on whole rows.
        public static Job onAll(Recipe recipe, TrainingRows rows) {
            return new Job(recipe, 0, rows.width());
        }
    }

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

    /// Trains on whole rows.
    ///
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
        this(
                workers,
                rows,
                recipes.stream().map(r -> Job.onAll(r, rows)).toList(),
                options,
                beginning);
    }

    private Trainer(
            Workers workers,
            TrainingRows rows,
            List<Job> jobs,
            Options options,
            Beginning beginning) {
        this.beginning = beginning;
        this.workers = workers;
        this.recipes = jobs.stream().map(Job::recipe).toList();
        this.columns = jobs.stream().map(job -> Columns.of(job, rows)).toList();
        this.rows = rows;
        this.options = options;
        this.length = RunLength.of(recipes.getFirst(), rows.rowsPerEpoch());
        for (Recipe recipe : recipes) {
            requireTogether(recipes.getFirst(), recipe);
            requireRoom(recipe);
            if (recipe.bestOnValidation() && options.validation().length == 0) {
                throw new UsageException(
                        "recipe '%s' keeps the best epoch by validation error, but there are no rows to validate on"
                                .formatted(recipe.name()));
            }
        }
        MemoryPlan.ofParts(recipes, columns).check(Runtime.getRuntime().maxMemory());
    }

    /// Trains each SAE on columns of its own: on the activations of one of several hooks, say.
    ///
    /// @param jobs whose recipes are of equal batch, length and treatment of the rows' start; at
    ///     least one
    /// @param rows what to train on; read from the calling thread. If they hold inputs and targets,
    ///     jobs are on all of them
    public static Trainer of(Workers workers, List<Job> jobs, TrainingRows rows, Options options) {
        return new Trainer(workers, rows, jobs, options, TrainingRun::new);
    }

    private void requireRoom(Recipe recipe) {
        long perStep = recipe.rowsPerStep();
        Integer sample = recipe.start().sampleRows();
        long most = Math.max(perStep, sample == null ? 0 : Math.min(sample, rows.rowsPerEpoch()));
        if (most * rows.width() > Integer.MAX_VALUE - 16) {
            throw new Sae4jException(
                    "%d rows of width %d are more than one array can hold: choose a smaller batch, fewer rows in start.sample_rows, or fewer hooks at once"
                            .formatted(most, rows.width()));
        }
    }

    /// How long the run is.
    public RunLength length() {
        return length;
    }

    private void requireTogether(Recipe first, Recipe other) {
        boolean together =
                first.rowsPerStep() == other.rowsPerStep()
                        && RunLength.of(other, rows.rowsPerEpoch()).equals(length)
                        && first.keepLastBatch() == other.keepLastBatch()
                        && first.rowsBeforeTraining() == other.rowsBeforeTraining();
        if (!together) {
            throw new UsageException(
                    "recipes '%s' and '%s' cannot read one stream: they differ in batch, length or in what they do with the first rows"
                            .formatted(first.name(), other.name()));
        }
        boolean pairs = rows.width() > rows.inputs();
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
        int perStep = Math.toIntExact(recipes.getFirst().rowsPerStep());
        float[] x = new float[Math.multiplyExact(perStep, rows.width())];
        long began = System.nanoTime();
        while (done < length.steps() && members.stream().anyMatch(Member::goesOn)) {
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
        return members.stream().map(m -> m.result(seconds)).toList();
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
        members.forEach(m -> m.stop("training stopped at step %d: %s".formatted(done + 1, why)));
    }

    private void step(float[] x, int n, TrainingListener listener) {
        for (int i = 0; i < members.size(); i++) {
            Member m = members.get(i);
            if (m.goesOn()) {
                StepResult found = m.step(x, n);
                if (found.done()) {
                    listener.afterStep(i, m.run(), found);
                }
            }
        }
    }

    private void afterStep(TrainingListener listener) {
        boolean epochEnds = done % length.stepsPerEpoch() == 0;
        for (int i = 0; i < members.size(); i++) {
            Member m = members.get(i);
            if (!m.goesOn()) {
                continue;
            }
            if (epochEnds && options.validation().length > 0) {
                long epoch = done / length.stepsPerEpoch();
                Validation found = m.validate(options.validation());
                listener.afterEpoch(i, m.run(), epoch, found);
                m.keepIfBest(epoch, found);
            }
            if (m.snapshotIsDue()) {
                listener.snapshot(i, m.run());
            }
        }
        if (options.state() != null && done < length.steps() && saveIsDue()) {
            save();
            listener.saved(done);
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
        state.fact("columns", columnsAsFact());
        state.fact("rows_per_epoch", rows.rowsPerEpoch());
        state.fact("position", rows.position());
        RowsCursor cursor = rows.cursor();
        if (cursor != null) {
            state.fact(CURSOR, cursor.facts());
            state.fact(KEPT, cursor.kept().length);
            state.floats(KEPT, cursor.kept());
        }
        for (int i = 0; i < members.size(); i++) {
            members.get(i).save(state, i + "/");
        }
        Objects.requireNonNull(options.state()).save(state);
        lastSave = System.nanoTime();
        saveNanos = lastSave - began;
    }

    /// `[from, width]` of each run.
    private List<List<Integer>> columnsAsFact() {
        return columns.stream().map(c -> List.of(c.from(), c.width())).toList();
    }

    /// Makes the runs and brings the rows to where training begins.
    private void begin() {
        var first = new FirstRows(workers, rows, recipes, columns);
        List<InputScaling> scalings = first.scalings();
        first.readSample();
        for (int i = 0; i < recipes.size(); i++) {
            Recipe recipe = recipes.get(i);
            Columns own = columns.get(i);
            Batch sample = first.sample(i, scalings.get(i));
            Parameters weights =
                    InitialWeights.draw(recipe, Shapes.of(recipe, own.dIn(), own.dOut()), sample);
            boolean fromSample = recipe.start().sampleRows() != null;
            if (fromSample) {
                InitialWeights.biases(recipe, weights, sample);
            }
            var setup =
                    new TrainingRun.Setup(
                            own.dIn(),
                            own.dOut(),
                            own.pairs(),
                            length,
                            scalings.get(i),
                            Density.MEASURED,
                            null);
            TrainingRun run = beginning.begin(workers, recipe, setup, weights, !fromSample);
            members.add(new Member(run, own));
        }
        rows.seek(recipes.getFirst().rowsBeforeTraining());
    }

    private void restore(SavedState state) {
        state.requireSame("recipes", recipes.stream().map(RecipeFiles::toMap).toList());
        state.requireSame("data", options.identity());
        state.requireSame("row_width", rows.width());
        state.requireSame("columns", columnsAsFact());
        state.requireSame("rows_per_epoch", rows.rowsPerEpoch());
        for (int i = 0; i < members.size(); i++) {
            members.get(i).restore(state, i + "/");
        }
        done = state.step();
        long position = state.facts().path("position").asLong();
        if (state.facts().has(CURSOR)) {
            float[] kept = new float[state.facts().path(KEPT).asInt()];
            state.readInto(KEPT, kept);
            rows.seek(position, new RowsCursor(state.facts().path(CURSOR), kept));
        } else {
            rows.seek(position);
        }
    }
}
