package dev.sae4j.train.recipe;

import org.jspecify.annotations.Nullable;

/// What is done to activations before training sees them; folded into the saved weights where that
/// is possible.
///
/// @param type what is done
/// @param batches training batches that a constant is estimated from; null for the rows of
///     [Start#sampleRows()]
/// @param consumed true if those batches are not trained on (SAELens)
public record InputScale(Type type, @Nullable Integer batches, boolean consumed) {
    public static final InputScale NONE = new InputScale(Type.NONE, null, false);

    /// What is done to a row.
    public enum Type {
        NONE,
        /// One constant makes the mean squared norm 1 (dictionary_learning).
        UNIT_MEAN_SQUARE,
        /// One constant makes the mean norm `sqrt(d_in)` (SAELens' `expected_average_only_in`).
        MEAN_NORM,
        /// `(x - mean)·M` with `M = E (L + 1e-3)^-1/2` from the covariance `E L Eᵀ` (SAELens).
        WHITENING,
        /// Each row less its mean, over its standard deviation plus 1e-5; undone on the output
        /// (SAELens' `layer_norm`).
        LAYER_NORM
    }
}
