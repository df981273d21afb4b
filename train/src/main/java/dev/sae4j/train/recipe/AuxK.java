package dev.sae4j.train.recipe;

import dev.sae4j.io.UsageException;
import org.jspecify.annotations.Nullable;

/// The auxiliary loss (Gao et al. 2024): the strongest dead features of each row reconstruct what
/// the others left over. No gradient flows into what was left over.
///
/// @param coefficient weight in the loss
/// @param k dead features used per row; null for `d_in / 2`, fewer if fewer are dead
/// @param over what the squared error is divided by
/// @param fadesIn true to multiply by `min(dead / k, 1)` (SAELens, sparsify)
/// @param source what dead features are ranked by and reconstruct with
/// @param trainsEncoder false if only the decoder learns from it (sparsify)
/// @param perLevel true to do it for each Matryoshka level with its own dead features and residual
///     (SAELens' `use_matryoshka_aux_loss`)
public record AuxK(
        double coefficient,
        @Nullable Integer k,
        Over over,
        boolean fadesIn,
        Source source,
        boolean trainsEncoder,
        boolean perLevel) {

    /// What the squared error is divided by.
    public enum Over {
        /// The number of rows (SAELens).
        ROWS,
        /// The squared distance of the residual from its mean over the batch (OpenAI,
        /// dictionary_learning).
        RESIDUAL_VARIANCE,
        /// The squared distance of what is to be reconstructed from its mean (sparsify).
        TARGET_VARIANCE
    }

    /// What dead features reconstruct with.
    public enum Source {
        /// `z`, negative values too (SAELens).
        PRE_ACTIVATION,
        /// `relu(z)`.
        ACTIVATION
    }

    public AuxK {
        if (!(coefficient >= 0)) {
            throw new UsageException(
                    "auxiliary coefficient is %s: expected 0 or more".formatted(coefficient));
        }
        if (k != null && k < 1) {
            throw new UsageException("auxiliary k is %d: expected at least 1".formatted(k));
        }
    }
}
