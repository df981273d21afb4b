package dev.sae4j.store;

/// How much text went into a set of activations.
///
/// @param documents documents begun
/// @param contexts contexts that the model ran on; a document has one, or several if it was split
/// @param splitDocuments documents longer than the context, continued in further contexts
/// @param tokensSeen tokens that the model ran on, BOS counted
/// @param rowsExcluded of these, left out because of their position or token
/// @param rowsAboveNorm of these, left out because of their norm
public record StoreCounts(
        long documents,
        long contexts,
        long splitDocuments,
        long tokensSeen,
        long rowsExcluded,
        long rowsAboveNorm) {}
