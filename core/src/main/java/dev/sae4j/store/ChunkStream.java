package dev.sae4j.store;

import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;

/// The rows on disk chunk by chunk, the chunks in random order over all shards, rows of unwanted
/// documents left out. A chunk is read when the first of its rows is copied.
final class ChunkStream {
    private final StoredRows stored;
    private final DocumentSplit split;

    /// `[chunks]`: first row of each chunk and how many there are, as they are on disk
    private final long[] firstRow;

    private final int[] rowsIn;

    /// `[chunks]`: the order of this epoch
    private final int[] order;

    private final long rows;
    private final int[] documents;
    private final int[] kept;
    private int nextChunk;
    private int left;
    private int at;
    private boolean loaded;

    ChunkStream(StoredRows stored, DocumentSplit split, int chunkRows) {
        this.stored = stored;
        this.split = split;
        documents = new int[chunkRows];
        kept = new int[chunkRows];
        int chunks = stored.shardRows().stream().mapToInt(n -> Math.ceilDiv(n, chunkRows)).sum();
        firstRow = new long[chunks];
        rowsIn = new int[chunks];
        order = new int[chunks];
        int c = 0;
        long shardBegin = 0;
        for (int shardRows : stored.shardRows()) {
            for (int row = 0; row < shardRows; row += chunkRows) {
                firstRow[c] = shardBegin + row;
                rowsIn[c++] = Math.min(chunkRows, shardRows - row);
            }
            shardBegin += shardRows;
        }
        nextChunk = chunks;
        rows = countRows();
    }

    private long countRows() {
        if (split.equals(DocumentSplit.ALL)) {
            return stored.rows();
        }
        long count = 0;
        for (int c = 0; c < order.length; c++) {
            count += select(c);
        }
        return count;
    }

    /// Rows of wanted documents.
    long rows() {
        return rows;
    }

    /// Begins again, with the chunks as they are on disk.
    void restart() {
        for (int c = 0; c < order.length; c++) {
            order[c] = c;
        }
        nextChunk = 0;
        left = 0;
    }

    /// Begins again, with the chunks in an order that depends on `random` alone.
    void restart(SplittableRandom random) {
        restart();
        for (int i = order.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int t = order[i];
            order[i] = order[j];
            order[j] = t;
        }
    }

    /// Goes on to the next row; false if there is none.
    boolean advance() {
        while (left == 0) {
            if (nextChunk == order.length) {
                return false;
            }
            left = select(order[nextChunk++]);
            at = -1;
            loaded = false;
        }
        at++;
        left--;
        return true;
    }

    /// Copies the row that [#advance] went to, as it is on disk, to row `slot` of `target`.
    void copy(MemorySegment target, long slot) {
        if (!loaded) {
            int c = order[nextChunk - 1];
            stored.load(firstRow[c], rowsIn[c]);
            loaded = true;
        }
        stored.copy(kept[at], target, slot);
    }

    /// Fills `kept` with the wanted rows of a chunk.
    private int select(int c) {
        int n = rowsIn[c];
        if (split.equals(DocumentSplit.ALL)) {
            for (int i = 0; i < n; i++) {
                kept[i] = i;
            }
            return n;
        }
        stored.documents(firstRow[c], n, documents);
        return split.select(documents, n, kept);
    }
}
