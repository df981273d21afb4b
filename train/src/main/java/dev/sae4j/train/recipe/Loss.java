package dev.sae4j.train.recipe;

import org.jspecify.annotations.Nullable;

/// What a run makes small.
///
/// @param error how squared errors are summed up
/// @param levels prefixes that reconstruct on their own (Matryoshka); null for none
/// @param sparsity the term that keeps features few; null if the architecture does
/// @param preActCoefficient weight of `relu(threshold - z)·‖W_dec‖` over dead features, which pulls
///     dead JumpReLU features back (Anthropic, January 2025); 0 for none
/// @param aux the auxiliary reconstruction by dead features; null, or a coefficient of 0, for none
/// @param multiTopK true to add an eighth of the error of a reconstruction from `4k` features, which
///     trains the decoder only (sparsify)
/// @param ghostGrads true to let dead features reconstruct the residual by `exp(z)` (SAELens until
///     version 5)
/// @param resample gives dead features new weights now and then; null for never
public record Loss(
        ErrorSum error,
        @Nullable Levels levels,
        @Nullable Sparsity sparsity,
        double preActCoefficient,
        @Nullable AuxK aux,
        boolean multiTopK,
        boolean ghostGrads,
        @Nullable Resample resample) {

    /// How the squared errors `e: [B, D]` become one number.
    public enum ErrorSum {
        /// Sum over dimensions, mean over rows: SAELens, dictionary_learning.
        SUM,
        /// Mean over dimensions and rows.
        MEAN,
        /// Sum over the batch, divided by the sum of squared distances from the batch mean: the
        /// fraction of variance unexplained (sparsify).
        FVU
    }

    /// @param every a resampling comes after each step whose number (from 0) divides by this; a
    ///     feature is dead if silent for more than half of it (dictionary_learning)
    public record Resample(Span every) {}
}
