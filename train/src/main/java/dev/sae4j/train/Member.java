package dev.sae4j.train;

import dev.sae4j.io.UsageException;
import dev.sae4j.kernel.Vectors;
import dev.sae4j.train.engine.Parameters;
import dev.sae4j.train.engine.StepResult;
import dev.sae4j.train.recipe.Recipe;
import dev.sae4j.train.recipe.Span;
import dev.sae4j.train.state.SavedState;
import dev.sae4j.train.state.TrainingState;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// One of the runs of a [Trainer] with what is known of it: its columns of the rows, when copies of
/// it are due, its best weights so far, and why it stopped.
final class Member {
    private final TrainingRun run;
    private final Columns columns;
    private final List<Long> snapshots; // steps
    private float[] own = {}; // [rows, columns.width]
    private @Nullable Parameters best;
    private double bestError = Double.POSITIVE_INFINITY;
    private long bestEpoch;
    private long tokensBefore;
    private int dead;
    private @Nullable String failure;

    Member(TrainingRun run, Columns columns) {
        this.run = run;
        this.columns = columns;
        this.snapshots = snapshots(run.recipe(), run.length());
    }

    private static List<Long> snapshots(Recipe recipe, RunLength length) {
        long perStep = recipe.rowsPerStep();
        List<Long> steps = new ArrayList<>();
        for (Span at : recipe.snapshots()) {
            steps.add(Math.ceilDiv(at.tokens(length.steps(), perStep), perStep));
        }
        return steps;
    }

    TrainingRun run() {
        return run;
    }

    /// False once it has stopped early.
    boolean goesOn() {
        return failure == null;
    }

    /// Ends it with the weights that it has, unless it has ended before.
    void stop(String why) {
        if (failure == null) {
            failure = why;
        }
    }

    /// Does one step. If it fails, the run stops with the weights it has.
    ///
    /// @param rows `[n, stride]`, as stored
    StepResult step(float[] rows, int n) {
        float[] x = own(rows, n);
        StepResult found = run.step(x, n);
        dead = found.dead();
        if (!found.done()) {
            stop(whatFailed(x, n * columns.width(), found));
        }
        return found;
    }

    /// Its columns of `n` rows, valid until the next call.
    private float[] own(float[] rows, int n) {
        if (columns.isAll()) {
            return rows;
        }
        if (own.length < n * columns.width()) {
            own = new float[n * columns.width()];
        }
        columns.copy(rows, 0, n, own);
        return own;
    }

    private String whatFailed(float[] x, int length, StepResult found) {
        long step = run.steps() + 1;
        if (!Vectors.allFinite(x, 0, length)) {
            return "step %d met activations that are NaN or infinite: check the model and the data"
                    .formatted(step);
        }
        return "the loss was %s at step %d: the learning rate is too high, or some activations are far larger than the others (harvest with --exclude first,special,norm leaves those out)"
                .formatted(found.loss(), step);
    }

    /// True if a copy of the SAE is due after the last step.
    boolean snapshotIsDue() {
        return snapshots.contains(run.steps());
    }

    /// Measures the run after an epoch.
    ///
    /// @param rows `[n, stride]`, as stored
    Validation validate(float[] rows) {
        return Validation.of(run, rows, columns);
    }

    /// Keeps the weights if the recipe asks for the best and none were better.
    ///
    /// @param epoch that has ended, from 1
    void keepIfBest(long epoch, Validation found) {
        boolean better = found.meanSquaredError() < bestError; // false for NaN
        if (!run.recipe().bestOnValidation() || !better) {
            return;
        }
        bestError = found.meanSquaredError();
        bestEpoch = epoch;
        if (best == null) {
            best = run.weights().copy();
        } else {
            best.copyFrom(run.weights());
        }
    }

    /// Adds all that it needs to go on.
    ///
    /// @param prefix of names, for several runs in one state
    void save(TrainingState state, String prefix) {
        run.save(state, prefix);
        double[] numbers = {run.scaling().factor(), bestError, bestEpoch, dead};
        state.doubles(prefix + "member", numbers);
        state.fact(prefix + "failure", Objects.requireNonNullElse(failure, ""));
        if (best != null) {
            best.all().forEach(p -> state.floats(prefix + "best/" + p.name(), p.value()));
        }
    }

    /// Goes on where [#save] was called.
    void restore(SavedState state, String prefix) {
        run.restore(state, prefix);
        tokensBefore = run.tokens();
        double[] numbers = new double[4];
        state.readInto(prefix + "member", numbers);
        requireSameScaling(numbers[0]);
        bestError = numbers[1];
        bestEpoch = (long) numbers[2];
        dead = (int) numbers[3];
        String saved = state.facts().path(prefix + "failure").asString();
        failure = saved.isEmpty() ? null : saved;
        if (bestEpoch > 0) {
            Parameters copy = run.weights().copy();
            copy.all().forEach(p -> state.readInto(prefix + "best/" + p.name(), p.value()));
            best = copy;
        }
    }

    /// What is done to the input is estimated again, from the same rows: another result means other
    /// rows.
    private void requireSameScaling(double factor) {
        if (run.scaling().factor() != factor) {
            throw new UsageException(
                    "the run cannot be resumed: its input scale was %s, these activations give %s; go on with the data it was begun with"
                            .formatted(factor, run.scaling().factor()));
        }
    }

    /// What it leaves behind.
    ///
    /// @param seconds that the steps of this process took, those of all runs together
    TrainingResult result(double seconds) {
        if (failure == null && !run.weights().allFinite()) {
            failure = "the last step made weights that are not finite";
        }
        return new TrainingResult(
                run.recipe(),
                best != null ? best : run.result(),
                run.pairs(),
                run.scaling(),
                run.step().threshold().value(),
                run.steps(),
                run.tokens(),
                tokensBefore,
                dead,
                best == null ? 0 : bestEpoch,
                seconds,
                failure);
    }
}
