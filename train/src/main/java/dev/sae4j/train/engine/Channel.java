package dev.sae4j.train.engine;

/// A second reconstruction beside the main one, with entries of its own: AuxK, or `4k` features.
///
/// @param entries indexed; `gradient` is that by the pre-activation
/// @param errors `[rows, dOut]`, gradient by the reconstruction
/// @param trainsEncoder false if only the decoder learns from it
/// @param hasBias true if `b_dec` is part of the reconstruction
record Channel(Entries entries, float[] errors, boolean trainsEncoder, boolean hasBias) {}
