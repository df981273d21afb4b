package dev.sae4j.train;

import dev.sae4j.train.Choice.By;
import dev.sae4j.train.engine.Batch;
import dev.sae4j.train.engine.Parameter;
import dev.sae4j.train.engine.Parameters;
import dev.sae4j.train.engine.StepResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Repeats a step that is not as recorded, with a choice turned over that rounding cannot decide.
///
/// A recording was made where torch's own runs agree, but any other float32 implementation may find a
/// pre-activation of 1e-8 on the other side of 0, and from there on trains another SAE. So the bias of
/// the feature is moved by as little as turns the choice over, for this step only. What the step and
/// all later ones find must then be as recorded, with no other tolerance.
final class Turning {
    /// Entries of a tensor that is off are off by more than its norm.
    private static final double NORM_TO_ENTRIES = 10;

    /// Choices that are tried, nearest first.
    private static final int MOST = 8;

    private final TrainingRun run;
    private final RunMemory before;
    private final float[] rows;
    private final int width;
    private final Usual usual;
    private final Comparison comparison;
    private final double limit;
    private final List<Choice> turned = new ArrayList<>();

    /// Compares a step with the recording.
    interface Comparison {
        List<Deviation> of(TrainingRun run, StepResult result);
    }

    /// @param run after the step
    /// @param before the step
    /// @param rows whose last batch the step took
    /// @param usual what the steps before it were off by
    Turning(
            TrainingRun run,
            RunMemory before,
            RecordedRows rows,
            Usual usual,
            Comparison comparison) {
        this.run = run;
        this.before = before;
        this.rows = rows.last();
        this.width = rows.width();
        this.usual = usual;
        this.comparison = comparison;
        this.limit = NearChoices.ROUNDING + NORM_TO_ENTRIES * usual.weights();
    }

    /// Choices that were turned over.
    List<Choice> turned() {
        return turned;
    }

    /// Looks for the choice that makes the step as recorded. The run is then as after that step, or
    /// as it was before if there is none.
    ///
    /// @return what the step deviates by
    List<Deviation> explain(List<Deviation> found) {
        RunMemory after = RunMemory.of(run);
        List<Choice> near = near();
        if (near.isEmpty()) {
            after.restore(run);
            return found;
        }
        for (Choice first : near) {
            List<Deviation> better = turn(List.of(first));
            if (better != null) {
                return better;
            }
        }
        for (int i = 0; i < near.size(); i++) {
            for (int j = i + 1; j < near.size(); j++) {
                List<Deviation> better = turn(List.of(near.get(i), near.get(j)));
                if (better != null) {
                    return better;
                }
            }
        }
        after.restore(run);
        return found;
    }

    private List<Choice> near() {
        boolean[] fired = run.step().dead().fired();
        before.restore(run);
        boolean[] dead =
                NearChoices.dead(
                        run.recipe(), run.length().steps(), run.step().dead().silent(), fired);
        Batch batch = run.batch(rows, rows.length / width);
        Parameters weights = run.weights();
        if (run.steps() == 0) {
            weights = weights.copy();
            InitialWeights.biases(run.recipe(), weights, batch);
        }
        List<Choice> all =
                NearChoices.of(run.recipe(), weights, batch, run.settings().k(), dead, limit);
        return all.subList(0, Math.min(MOST, all.size()));
    }

    /// Moves choices further and further, one way and the other, until the step is as recorded.
    private @Nullable List<Deviation> turn(List<Choice> choices) {
        int signs = 1 << choices.size();
        for (double share = 1e-9; share < 2 * limit; share *= 2) {
            for (int sign = 0; sign < signs; sign++) {
                double[] by = new double[choices.size()];
                for (int i = 0; i < by.length; i++) {
                    by[i] = ((sign >> i & 1) == 0 ? 1 : -1) * share * choices.get(i).size();
                }
                List<Deviation> found = step(choices, by);
                if (!usual.isExceeded(found)) {
                    turned.addAll(choices);
                    return found;
                }
            }
        }
        return null;
    }

    private List<Deviation> step(List<Choice> choices, double[] by) {
        before.restore(run);
        float[] x = rows.clone();
        float[] moved = new float[by.length];
        for (int i = 0; i < by.length; i++) {
            Choice c = choices.get(i);
            if (c.by() == By.INPUT) {
                moveInput(x, c, by[i]);
            } else {
                float[] bias = bias(c);
                float was = bias[c.feature()];
                bias[c.feature()] =
                        was
                                + Math.copySign(
                                        (float) Math.max(Math.abs(by[i]), Math.ulp(was)),
                                        (float) by[i]);
                moved[i] = bias[c.feature()] - was;
            }
        }
        StepResult result = run.step(x, x.length / width);
        for (int i = 0; i < by.length; i++) {
            if (choices.get(i).by() != By.INPUT) {
                bias(choices.get(i))[choices.get(i).feature()] -= moved[i];
            }
        }
        return comparison.of(run, result);
    }

    private float[] bias(Choice c) {
        Parameter p =
                c.by() == By.GATE_BIAS ? run.weights().gateBias() : run.weights().encoderBias();
        return Objects.requireNonNull(p).value();
    }

    private void moveInput(float[] x, Choice c, double by) {
        int d = run.weights().dIn();
        float[] w = run.weights().decoder().value();
        for (int i = 0; i < d; i++) {
            x[c.row() * width + i] += (float) (by * w[c.feature() * d + i]);
        }
    }
}
