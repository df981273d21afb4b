package dev.sae4j.store;

/// How to shuffle a store.
///
/// A store whose rows fit the buffer is read once, and each epoch is a full permutation. A larger
/// one is read in chunks of neighbouring rows, the chunks in random order over all shards, and rows
/// are drawn at random from a buffer that the chunks keep full. The order of an epoch depends on the
/// seed and its number only.
///
/// @param seed same seed, same order
/// @param bufferBytes memory for the buffer, which holds rows as they are on disk
/// @param split which documents to read
public record Shuffle(long seed, long bufferBytes, DocumentSplit split) {
    /// Holds 2.5 million rows of 192 bf16 numbers, or 130,000 of 4,096.
    public static final long DEFAULT_BUFFER = 1L << 30;

    public Shuffle {
        if (bufferBytes < 1) {
            throw new IllegalArgumentException("bufferBytes must be positive, got " + bufferBytes);
        }
    }

    /// All documents, with the default buffer.
    public static Shuffle of(long seed) {
        return new Shuffle(seed, DEFAULT_BUFFER, DocumentSplit.ALL);
    }

    /// As this, reading some documents only.
    public Shuffle only(DocumentSplit documents) {
        return new Shuffle(seed, bufferBytes, documents);
    }
}
