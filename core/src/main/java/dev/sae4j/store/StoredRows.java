package dev.sae4j.store;

import java.lang.foreign.MemorySegment;
import java.util.List;

/// Rows on disk as a shuffled reader sees them: of one store, or of two side by side. Rows are
/// counted over all shards.
sealed interface StoredRows permits SingleStore, PairedStores {
    /// Floats per row.
    int width();

    /// How many floats of a row are the input.
    int inputs();

    /// Bytes of a row as it is on disk.
    long rowBytes();

    long rows();

    /// Rows of each shard, in order: neighbours in one shard are read together.
    List<Integer> shardRows();

    /// Makes room for `rows` rows to be loaded at a time.
    void allocate(int rows, java.util.function.LongFunction<MemorySegment> room);

    /// Reads rows `row .. row + n` from disk.
    void load(long row, int n);

    /// Copies a row that is loaded, as it is on disk, to row `slot` of `target`.
    ///
    /// @param loaded counted from the first row that is loaded
    void copy(int loaded, MemorySegment target, long slot);

    /// Widens row `slot` of `source` into `target`, from `at`.
    void toFloats(MemorySegment source, long slot, float[] target, int at);

    /// Reads the document of rows `row .. row + n`.
    void documents(long row, int n, int[] target);

    /// Called when a value is not finite: finds it and says where.
    RuntimeException damage();
}
