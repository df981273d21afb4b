package dev.sae4j.train.engine;

import org.jspecify.annotations.Nullable;

/// A second reconstruction beside the main one, with entries of its own: AuxK, `4k` features, ghosts.
///
/// @param entries indexed; `gradient` is that by the pre-activation
/// @param errors `[rows, dOut]`, gradient by the reconstruction
/// @param trains how the encoder learns from it
/// @param hasBias true if `b_dec` is part of the reconstruction
/// @param sums the gradients of its features, if they were summed already; null to sum entries
record Channel(
        Entries entries,
        float[] errors,
        Trains trains,
        boolean hasBias,
        @Nullable FeatureSums sums) {
    /// How values follow from pre-activations.
    enum Trains {
        /// Only the decoder learns.
        NOTHING,
        /// They are the same.
        DIRECTLY,
        /// Values are a multiple of `exp(z)`.
        BY_EXPONENTIAL
    }

    boolean trainsEncoder() {
        return trains != Trains.NOTHING;
    }

    /// What an entry's value times the gradient by its value is.
    double along(int entry) {
        float gradient = entries.gradient[entry];
        return trains == Trains.BY_EXPONENTIAL
                ? gradient
                : (double) entries.value[entry] * gradient;
    }
}
