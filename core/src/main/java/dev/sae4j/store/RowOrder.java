package dev.sae4j.store;

/// In which order numbered rows are given, epoch after epoch.
sealed interface RowOrder permits GivenOrder, SequentialOrder, ShuffledOrder {
    int rowsPerEpoch();

    /// Rows given so far.
    long position();

    void seek(long position);

    /// Number of the next row, or -1 if the order has ended.
    int next();

    static void checkPosition(long position) {
        if (position < 0) {
            throw new IllegalArgumentException("there is no position " + position);
        }
    }
}
