package dev.sae4j.lm.data;

import org.jspecify.annotations.Nullable;

/// The records of one file in order. For one thread; close it.
interface Records extends AutoCloseable {
    /// The text of the next record, empty if it has none; null after the last.
    ///
    /// @throws dev.sae4j.io.Sae4jException saying which line or row cannot be read
    @Nullable String next();

    /// Goes past `n` records; returns how many there were.
    default long skip(long n) {
        long skipped = 0;
        while (skipped < n && next() != null) {
            skipped++;
        }
        return skipped;
    }

    @Override
    void close();
}
