package dev.sae4j.train.engine;

import dev.sae4j.kernel.Workers;
import dev.sae4j.train.recipe.Architecture;
import dev.sae4j.train.recipe.Recipe;

/// One SAE in training: takes a batch, finds the loss, changes the weights. For one thread at a time;
/// it shares out its work itself.
public interface TrainingStep {
    /// Does one step. If the loss is not finite, the weights stay as they are; if only a gradient is not,
    /// they do so in recipes that clip. Without clipping, rows change as soon as their gradient is
    /// known, and earlier weights are in the last saved state.
    StepResult run(Batch batch, StepSettings settings);

    /// The forward pass alone: nothing changes but [DeadFeatures]' marks of what fired.
    StepResult measure(Batch batch, StepSettings settings);

    /// The weights in training.
    Parameters weights();

    /// How long each feature has not fired.
    DeadFeatures dead();

    /// What the optimizer remembers.
    OptimizerState optimizer();

    /// The running threshold for inference.
    RunningThreshold threshold();

    /// Share of all (row, feature) pairs that the last step took; decides which path the next one
    /// takes, so a resumed run needs it.
    default double density() {
        return 0;
    }

    /// Sets what [#density] gave.
    default void setDensity(double earlier) {}

    /// Squared error of each row of the last batch.
    double[] squaredErrors();

    /// Errors of the levels of a Matryoshka SAE, or of the whole, before their weights.
    double[] levelErrors();

    /// Error of the level that ends at feature `width`.
    default double levelError(int width) {
        return levelErrors()[level(width)];
    }

    /// The level that ends at feature `width`.
    int level(int width);

    /// Makes the step of a recipe.
    ///
    /// @param weights changed in place by every step
    /// @param optimizer over all of `weights`
    /// @param steps of the whole run
    static TrainingStep of(
            Workers workers,
            Recipe recipe,
            Parameters weights,
            OptimizerState optimizer,
            long steps,
            Density density) {
        long batch = (long) recipe.batch() * recipe.accumulate();
        var dead = new DeadFeatures(weights.dSae(), recipe.dead(), steps, batch);
        if (recipe.activation() instanceof Architecture.MatchingPursuit pursuit) {
            return new PursuitStep(workers, recipe, pursuit, weights, optimizer, dead);
        }
        return new SaeStep(workers, recipe, weights, optimizer, dead, density);
    }
}
