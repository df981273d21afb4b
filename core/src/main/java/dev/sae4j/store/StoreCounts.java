package dev.sae4j.store;

/// How much text went into a set of activations.
///
/// @param documents documents begun
/// @param emptyDocuments records without text that stand between them
/// @param contexts contexts that the model ran on
/// @param splitDocuments documents that go on in further contexts
/// @param tokensSeen tokens that the model ran on, BOS and separators counted
/// @param tokensDropped tokens that it did not run on: ends of documents cut off, contexts not full
/// @param rowsExcluded of the tokens seen, left out because of their position or token
/// @param rowsSpecial of these, left out only because the token is a special one
/// @param rowsAboveNorm of the tokens seen, left out because of their norm
public record StoreCounts(
        long documents,
        long emptyDocuments,
        long contexts,
        long splitDocuments,
        long tokensSeen,
        long tokensDropped,
        long rowsExcluded,
        long rowsSpecial,
        long rowsAboveNorm) {
    /// Nothing yet.
    public static final StoreCounts NONE = new StoreCounts(0, 0, 0, 0, 0, 0, 0, 0, 0);

    /// Counts of a text without empty documents, of which no token was dropped.
    public StoreCounts(
            long documents,
            long contexts,
            long splitDocuments,
            long tokensSeen,
            long rowsExcluded,
            long rowsAboveNorm) {
        this(documents, 0, contexts, splitDocuments, tokensSeen, 0, rowsExcluded, 0, rowsAboveNorm);
    }
}
