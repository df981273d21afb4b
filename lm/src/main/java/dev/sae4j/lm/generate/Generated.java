package dev.sae4j.lm.generate;

/// A text that was gone on with.
///
/// @param prompt `[n]`, tokens that were given
/// @param tokens `[m]`, new tokens; the one that ends a text is not among them
/// @param text what the new tokens add to the prompt's text
/// @param ending why no more came
public record Generated(int[] prompt, int[] tokens, String text, Ending ending) {
    /// Why a text ended.
    public enum Ending {
        /// The model ended it.
        END_OF_TEXT,
        /// As many tokens as were asked for.
        MAX_TOKENS,
        /// The model's context is full.
        CONTEXT_FULL
    }
}
