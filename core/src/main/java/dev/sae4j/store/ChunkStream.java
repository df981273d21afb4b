package dev.sae4j.store;

import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;

/// The rows of a store chunk by chunk, the chunks in random order over all shards, rows of unwanted
/// documents left out.
final class ChunkStream {
    private final ActivationStore store;
    private final DocumentSplit split;
    private final int chunkRows;
    private final long rowBytes;

    /// `[chunks]`: the shard of each chunk, and its first row there
    private final int[] shardOf;

    private final int[] rowOf;
    private final long rows;

    private final MemorySegment chunk;
    private final int[] documents;
    private final int[] kept;
    private int nextChunk;
    private int left;
    private int nextRow;

    /// @param chunk room for `chunkRows` rows as they are on disk
    ChunkStream(ActivationStore store, DocumentSplit split, int chunkRows, MemorySegment chunk) {
        this.store = store;
        this.split = split;
        this.chunkRows = chunkRows;
        this.chunk = chunk;
        rowBytes = (long) store.width() * store.dtype().bytes();
        documents = new int[chunkRows];
        kept = new int[chunkRows];
        int chunks = store.shards().stream().mapToInt(s -> Math.ceilDiv(s.rows(), chunkRows)).sum();
        shardOf = new int[chunks];
        rowOf = new int[chunks];
        int n = 0;
        for (int shard = 0; shard < store.shards().size(); shard++) {
            for (int row = 0; row < store.shards().get(shard).rows(); row += chunkRows) {
                shardOf[n] = shard;
                rowOf[n++] = row;
            }
        }
        nextChunk = chunks;
        rows = countRows();
    }

    private long countRows() {
        if (split.equals(DocumentSplit.ALL)) {
            return store.rows();
        }
        long count = 0;
        for (int c = 0; c < shardOf.length; c++) {
            count += select(c);
        }
        return count;
    }

    /// Rows of wanted documents in the store.
    long rows() {
        return rows;
    }

    /// Begins again, with the chunks in another order.
    void restart(SplittableRandom random) {
        for (int i = shardOf.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            swap(shardOf, i, j);
            swap(rowOf, i, j);
        }
        nextChunk = 0;
        left = 0;
    }

    private static void swap(int[] a, int i, int j) {
        int t = a[i];
        a[i] = a[j];
        a[j] = t;
    }

    /// Copies the next row, as it is on disk, to row `slot` of `target`; false if there is none.
    boolean next(MemorySegment target, long slot) {
        while (left == 0) {
            if (nextChunk == shardOf.length) {
                return false;
            }
            left = select(nextChunk);
            nextRow = 0;
            if (left > 0) {
                Shard shard = store.shards().get(shardOf[nextChunk]);
                shard.readValues(rowOf[nextChunk], rowsIn(nextChunk), chunk, 0);
            }
            nextChunk++;
        }
        MemorySegment.copy(chunk, kept[nextRow++] * rowBytes, target, slot * rowBytes, rowBytes);
        left--;
        return true;
    }

    private int rowsIn(int c) {
        return Math.min(chunkRows, store.shards().get(shardOf[c]).rows() - rowOf[c]);
    }

    /// Fills `kept` with the wanted rows of a chunk.
    private int select(int c) {
        int n = rowsIn(c);
        if (split.equals(DocumentSplit.ALL)) {
            for (int i = 0; i < n; i++) {
                kept[i] = i;
            }
            return n;
        }
        store.shards().get(shardOf[c]).readColumn(Shard.Column.DOCUMENT, rowOf[c], n, documents);
        return split.select(documents, n, kept);
    }
}
