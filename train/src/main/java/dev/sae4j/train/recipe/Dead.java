package dev.sae4j.train.recipe;

/// When a feature counts as dead.
///
/// @param after how long it must not have fired
/// @param when at which point of a step the count is looked at
/// @param fired what resets the count
public record Dead(Span after, When when, Fired fired) {
    /// At which point of a step the count is looked at.
    public enum When {
        /// Before the step, with `>` (SAELens, sparsify).
        BEFORE_STEP,
        /// With this step counted in, and `>=` (dictionary_learning).
        AFTER_STEP
    }

    /// What resets the count.
    public enum Fired {
        /// An activation that is not 0.
        ACTIVE,
        /// Being among those selected, also with activation 0 (sparsify, dictionary_learning's
        /// TopK).
        SELECTED
    }
}
