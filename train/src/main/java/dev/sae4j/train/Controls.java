package dev.sae4j.train;

import dev.sae4j.train.engine.StepResult;
import dev.sae4j.train.engine.StepSettings;
import dev.sae4j.train.recipe.Architecture;
import dev.sae4j.train.recipe.Recipe;
import dev.sae4j.train.recipe.Sparsity;
import dev.sae4j.train.schedule.AdaptiveCoefficient;
import dev.sae4j.train.schedule.CoefficientSchedule;
import dev.sae4j.train.schedule.KSchedule;
import dev.sae4j.train.schedule.PowerAnneal;
import dev.sae4j.train.schedule.RateSchedule;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// All schedules of a run: what each step is to use, and what follows from what it found.
final class Controls {
    private final Recipe recipe;
    private final RateSchedule rate;
    private final @Nullable CoefficientSchedule coefficient;
    private final @Nullable AdaptiveCoefficient adaptive;
    private final @Nullable PowerAnneal anneal;
    private final @Nullable KSchedule k;
    private final long thresholdAfter;

    /// @param dIn width of the activations
    /// @param length of the run
    Controls(Recipe recipe, int dIn, RunLength length) {
        this.recipe = recipe;
        int features = recipe.features(dIn);
        long steps = length.steps();
        int perStep = Math.toIntExact(recipe.rowsPerStep());
        rate =
                RateSchedule.of(
                        recipe.learningRate(),
                        features,
                        steps,
                        perStep,
                        length.stepsPerEpoch(),
                        Math.multiplyExact(steps, recipe.accumulate()));
        Sparsity sparsity = recipe.loss().sparsity();
        coefficient = sparsity == null ? null : CoefficientSchedule.of(sparsity, steps, perStep);
        Sparsity.Lp lp = sparsity instanceof Sparsity.Lp term ? term : null;
        adaptive =
                lp != null && lp.adaptive() != null
                        ? AdaptiveCoefficient.of(lp.coefficient(), lp.adaptive())
                        : null;
        anneal =
                lp != null && lp.anneal() != null
                        ? PowerAnneal.of(lp, lp.anneal(), steps, perStep)
                        : null;
        k =
                recipe.activation() instanceof Architecture.TopK top
                        ? KSchedule.of(
                                top, dIn, features, steps, recipe.batch(), recipe.accumulate())
                        : null;
        Architecture.ThresholdEma ema =
                switch (recipe.activation()) {
                    case Architecture.TopK a -> a.threshold();
                    case Architecture.BatchTopK a -> a.threshold();
                    default -> null;
                };
        thresholdAfter = ema == null ? 0 : ema.after().steps(steps, perStep);
    }

    /// What step `step` (from 0) is to use.
    StepSettings at(long step) {
        return new StepSettings(
                rate.at(step),
                coefficientAt(step),
                power(),
                anneal == null ? Double.NaN : anneal.nextP().orElse(Double.NaN),
                kAt(step),
                thresholdAfter == 0 || step > thresholdAfter);
    }

    private double coefficientAt(long step) {
        if (coefficient == null) {
            return 0;
        }
        if (adaptive != null) {
            return adaptive.value() * coefficient.factor(step);
        }
        if (anneal != null) {
            return anneal.coefficient() * coefficient.factor(step);
        }
        return coefficient.at(step);
    }

    private double power() {
        if (anneal != null) {
            return anneal.p();
        }
        return recipe.loss().sparsity() instanceof Sparsity.Lp lp ? lp.p() : 1;
    }

    private int kAt(long step) {
        return switch (recipe.activation()) {
            case Architecture.AbsTopK a -> a.k();
            case Architecture.GroupMax a -> a.k();
            default -> k == null ? 0 : k.at(step);
        };
    }

    /// Takes in what step `step` (from 0) found.
    void after(long step, StepResult found) {
        if (adaptive != null) {
            adaptive.after(found.l0());
        }
        if (anneal != null) {
            anneal.after(step, found.sparsity(), found.nextSparsity());
        }
    }

    /// What a resumed run needs.
    Map<String, Double> state() {
        Map<String, Double> all = new HashMap<>();
        if (adaptive != null) {
            all.putAll(adaptive.state());
        }
        if (anneal != null) {
            all.putAll(anneal.state());
        }
        return all;
    }

    /// Sets what [#state] gave.
    void restore(Map<String, Double> saved) {
        if (adaptive != null) {
            adaptive.restore(saved);
        }
        if (anneal != null) {
            anneal.restore(saved);
        }
    }
}
