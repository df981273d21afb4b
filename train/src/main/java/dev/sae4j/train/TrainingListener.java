package dev.sae4j.train;

import dev.sae4j.train.engine.StepResult;

/// Hears what happens in training, in the training thread.
public interface TrainingListener {
    /// Hears nothing.
    TrainingListener NONE = new TrainingListener() {};

    /// After every step of every run.
    ///
    /// @param index of the run, from 0
    /// @param run whose step it was
    /// @param found before the step changed the weights
    default void afterStep(int index, TrainingRun run, StepResult found) {}

    /// When a copy of the SAE is due.
    default void snapshot(int index, TrainingRun run) {}

    /// After each epoch, if there are rows to validate on.
    ///
    /// @param epoch from 1
    default void afterEpoch(int index, TrainingRun run, long epoch, Validation found) {}

    /// When something is wrong that training can go on with.
    default void warn(String message) {}

    /// After the state of all runs was saved.
    default void saved(long step) {}
}
