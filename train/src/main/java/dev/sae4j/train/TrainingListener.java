package dev.sae4j.train;

import dev.sae4j.train.engine.StepResult;

/// Hears of every step, in the training thread.
public interface TrainingListener {
    /// @param step from 1
    /// @param steps steps in all
    /// @param result what the step found, before it changed the weights
    /// @param learningRate of this step
    void afterStep(long step, long steps, StepResult result, double learningRate);
}
