package dev.sae4j.sae;

import dev.sae4j.kernel.Workers;
import java.util.Arrays;

/// Sparse codes of a batch that are filled again for each batch, without new memory once it is large
/// enough: compressed sparse rows, features ascending within a row.
///
/// The arrays belong to the buffer, are longer than what they hold, and change or are replaced when
/// it is filled again.
public final class CodesBuffer {
    private int rows;
    private int[] rowStart = new int[1];
    private int[] feature = new int[0];
    private float[] value = new float[0];
    private final Hits hits = new Hits();

    /// Number of rows (tokens).
    public int rows() {
        return rows;
    }

    /// Number of entries of all rows together.
    public int size() {
        return rowStart[rows];
    }

    /// `[rows + 1]`: row `r` holds entries `rowStart[r] .. rowStart[r + 1]`.
    public int[] rowStart() {
        return rowStart;
    }

    /// `[size]`: the feature of each entry.
    public int[] feature() {
        return feature;
    }

    /// `[size]`: the value of each entry.
    public float[] value() {
        return value;
    }

    /// The same arrays as codes, good until the buffer is filled again.
    public SparseCodes codes() {
        return new SparseCodes(rows, rowStart, feature, value);
    }

    /// `rows` rows without entries.
    public void clear(int newRows) {
        begin(newRows);
        Arrays.fill(rowStart, 0, rows + 1, 0);
    }

    /// Room for entries on their way here, so that they need no memory of their own.
    Hits hits() {
        return hits;
    }

    /// Takes all [#hits].
    void fill(Workers workers) {
        fill(workers, Float.NEGATIVE_INFINITY, Long.MAX_VALUE);
    }

    /// Takes the [#hits] above `least`, and then of those equal to it, the first rows' first, until
    /// there are `most`.
    void fill(Workers workers, float least, long most) {
        begin(hits.rows());
        int[] above = new int[rows];
        int[] ties = new int[rows];
        workers.forEach(hits.groups(), g -> hits.count(g, least, above, ties));
        long left = most;
        for (int n : above) {
            left -= n;
        }
        for (int r = 0; r < rows; r++) {
            ties[r] = (int) Math.min(left, ties[r]);
            left -= ties[r];
            rowStart[r + 1] = Math.addExact(rowStart[r], above[r] + ties[r]);
        }
        reserve(size());
        workers.forEach(hits.groups(), g -> hits.copy(g, least, ties, rowStart, feature, value));
    }

    private void begin(int newRows) {
        rows = newRows;
        if (rowStart.length <= rows) {
            rowStart = new int[rows + 1];
        }
    }

    private void reserve(int entries) {
        if (feature.length < entries) {
            int room = (int) Math.min(Integer.MAX_VALUE - 8, entries + (long) entries / 4);
            feature = new int[room];
            value = new float[room];
        }
    }
}
