package dev.sae4j.train.recipe;

/// What keeps decoder rows at norm 1, and when. "Projected": the part of a row's gradient along the
/// row is removed first.
public enum DecoderNorm {
    /// Nothing does.
    FREE,
    /// Scaled after each step.
    UNIT,
    /// Projected before clipping, scaled after each step: the TopK family and JumpReLU of
    /// dictionary_learning (rows over their norm plus 1e-6).
    UNIT_PROJECTED,
    /// Projected, scaled after each step, as dictionary_learning's ConstrainedAdam does (no
    /// epsilons).
    CONSTRAINED_ADAM,
    /// Scaled before each forward pass, projected on the rows as they are: sparsify. Stored rows are
    /// off by the last update.
    UNIT_BEFORE_FORWARD
}
