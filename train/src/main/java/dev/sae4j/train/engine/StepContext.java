package dev.sae4j.train.engine;

/// What the parts of a step share.
///
/// @param weights in training
/// @param rows of this batch
/// @param norms `[F]`, norms of the decoder rows; only valid if somebody asked for them
/// @param dead `[F]`, which features count as dead in this step
record StepContext(Parameters weights, int rows, float[] norms, boolean[] dead) {}
