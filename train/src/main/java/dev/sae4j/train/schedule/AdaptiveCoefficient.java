package dev.sae4j.train.schedule;

import dev.sae4j.train.recipe.Sparsity.Adaptive;
import java.util.Map;

/// A sparsity coefficient that is steered towards an L0, by the rule of [Adaptive].
public final class AdaptiveCoefficient {
    private static final String VALUE = "adaptive/coefficient";
    private static final String MEAN = "adaptive/l0_mean";

    private final Adaptive rule;
    private double value;

    /// Running mean of L0, NaN before the first step.
    private double mean = Double.NaN;

    private AdaptiveCoefficient(double start, Adaptive rule) {
        this.value = start;
        this.rule = rule;
    }

    /// @param start the first coefficient
    public static AdaptiveCoefficient of(double start, Adaptive rule) {
        return new AdaptiveCoefficient(start, rule);
    }

    /// The coefficient of the step to come.
    public double value() {
        return value;
    }

    /// The running mean of L0; NaN before the first step.
    public double mean() {
        return mean;
    }

    /// Learns of a step.
    ///
    /// @param l0 mean over its rows
    public void after(double l0) {
        mean = Double.isNaN(mean) ? l0 : rule.decay() * mean + (1 - rule.decay()) * l0;
        double error = Math.clamp((mean - rule.targetL0()) / rule.targetL0(), -1.0, 1.0);
        double next = value * Math.exp(rule.gain() * error);
        value = Math.min(Math.max(next, rule.low()), rule.high());
    }

    /// What a resumed run needs.
    public Map<String, Double> state() {
        return Map.of(VALUE, value, MEAN, mean);
    }

    /// Sets what [#state] gave.
    public void restore(Map<String, Double> saved) {
        value = Counters.get(saved, VALUE);
        mean = Counters.get(saved, MEAN);
    }
}
