package dev.sae4j.train.engine;

import dev.sae4j.kernel.Workers;
import dev.sae4j.train.recipe.Recipe;

/// What a step is made of, whatever its architecture.
abstract class StepBase implements TrainingStep {
    final Workers workers;
    final Recipe recipe;
    final Parameters weights;
    final OptimizerState optimizer;
    final DeadFeatures dead;
    final RunningThreshold threshold;
    final Reconstruction main;

    StepBase(
            Workers workers,
            Recipe recipe,
            Parameters weights,
            OptimizerState optimizer,
            DeadFeatures dead) {
        this.workers = workers;
        this.recipe = recipe;
        this.weights = weights;
        this.optimizer = optimizer;
        this.dead = dead;
        threshold = RunningThreshold.of(recipe.activation());
        main = new Reconstruction(weights, recipe.loss(), recipe.split());
    }

    /// The forward pass, and the change of the weights if the step is to learn.
    abstract StepResult step(Batch batch, StepSettings settings, boolean learn);

    @Override
    public final StepResult run(Batch batch, StepSettings settings) {
        return step(batch, settings, true);
    }

    @Override
    public final StepResult measure(Batch batch, StepSettings settings) {
        return step(batch, settings, false);
    }

    @Override
    public final Parameters weights() {
        return weights;
    }

    @Override
    public final DeadFeatures dead() {
        return dead;
    }

    @Override
    public final OptimizerState optimizer() {
        return optimizer;
    }

    @Override
    public final RunningThreshold threshold() {
        return threshold;
    }

    @Override
    public final double[] squaredErrors() {
        return main.squaredErrors();
    }

    @Override
    public final double[] levelErrors() {
        return main.levelErrors();
    }

    @Override
    public final int level(int width) {
        return main.level(width);
    }
}
