package dev.sae4j.train.schedule;

import dev.sae4j.train.recipe.Sparsity;

/// The weight of the sparsity term: from 0 in the first step linearly to its value.
public final class CoefficientSchedule {
    private final double value;
    private final long warmup;

    private CoefficientSchedule(double value, long warmup) {
        this.value = value;
        this.warmup = warmup;
    }

    /// Lays a warm-up out.
    ///
    /// @param steps of the run
    /// @param batch rows per step
    public static CoefficientSchedule of(Sparsity recipe, long steps, int batch) {
        return new CoefficientSchedule(recipe.coefficient(), recipe.warmup().steps(steps, batch));
    }

    /// The coefficient at step `step`, from 0.
    public double at(long step) {
        return value * factor(step);
    }

    /// What a coefficient that something else steers is multiplied by at step `step`: 0 to 1.
    public double factor(long step) {
        return step < warmup ? (double) step / warmup : 1;
    }
}
