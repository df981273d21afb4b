package dev.sae4j.store;

/// Sizes of the activations of a store, before rounding to its dtype.
///
/// @param meanNorm mean of the rows' Euclidean norms
/// @param rmsNorm square root of the mean of their squares
/// @param mean `[width]`, mean of all rows
public record StoreNorms(double meanNorm, double rmsNorm, float[] mean) {}
