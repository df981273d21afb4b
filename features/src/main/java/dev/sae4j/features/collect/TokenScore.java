package dev.sae4j.features.collect;

/// A token and what a feature adds to its logit per unit of activation.
public record TokenScore(int token, float value) {}
