package dev.sae4j.train.engine;

/// What one step found, before it changed the weights.
///
/// @param loss mean over rows of the squared error, in the units of the scaled input
/// @param auxLoss auxiliary loss before its coefficient; 0 if no feature was dead
/// @param fvu fraction of variance unexplained on this batch: squared error over squared distance
///     from the batch mean
/// @param l0 mean active features per row
/// @param dead features that counted as dead when the step began
public record StepResult(double loss, double auxLoss, double fvu, double l0, int dead) {}
