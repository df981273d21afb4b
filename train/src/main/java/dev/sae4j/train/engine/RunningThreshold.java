package dev.sae4j.train.engine;

import dev.sae4j.train.recipe.Architecture;
import org.jspecify.annotations.Nullable;

/// The running mean of the smallest score kept, in the units of the scores.
public final class RunningThreshold {
    private final Architecture.@Nullable ThresholdEma recipe;
    private double value;

    private RunningThreshold(Architecture.@Nullable ThresholdEma recipe) {
        this.recipe = recipe;
        this.value =
                recipe != null && recipe.first() == Architecture.ThresholdEma.First.ZERO ? 0 : -1;
    }

    static RunningThreshold of(Architecture architecture) {
        return new RunningThreshold(
                switch (architecture) {
                    case Architecture.TopK a -> a.threshold();
                    case Architecture.BatchTopK a -> a.threshold();
                    default -> null;
                });
    }

    /// The mean so far; negative before the first value.
    public double value() {
        return value;
    }

    /// Goes on from an earlier run.
    public void set(double earlier) {
        value = earlier;
    }

    /// Takes in the smallest score of a batch; NaN for none.
    void add(double smallest) {
        if (recipe == null || Double.isNaN(smallest)) {
            return;
        }
        boolean first = value < 0 && recipe.first() == Architecture.ThresholdEma.First.VALUE;
        value = first ? smallest : recipe.decay() * value + (1 - recipe.decay()) * smallest;
    }
}
