package dev.sae4j.train.engine;

import org.jspecify.annotations.Nullable;

/// A second reconstruction beside the main one, with entries of its own: AuxK, or `4k` features.
///
/// @param entries indexed; `gradient` is that by the pre-activation
/// @param errors `[rows, dOut]`, gradient by the reconstruction
/// @param trainsEncoder false if only the decoder learns from it
/// @param hasBias true if `b_dec` is part of the reconstruction
/// @param sums the gradients of its features, if they were summed already; null to sum entries
record Channel(
        Entries entries,
        float[] errors,
        boolean trainsEncoder,
        boolean hasBias,
        @Nullable FeatureSums sums) {}
