package dev.sae4j.lm.harvest;

/// Tokens that the model reads as one sequence.
///
/// @param start where in the text this begins
/// @param tokens `[n]`, BOS in front if there is one; empty for what is only counted
/// @param document `[n]`, number of the document that a token comes from; BOS and separators belong to
///     the document behind them
/// @param counts of what this brings
record Context(Place start, int[] tokens, int[] document, Counts counts) {
    /// @param documents that begin here
    /// @param empty records without text in front of them
    /// @param split documents that go on here for the first time
    /// @param dropped tokens that stand in no context
    record Counts(int documents, int empty, int split, int dropped) {}
}
