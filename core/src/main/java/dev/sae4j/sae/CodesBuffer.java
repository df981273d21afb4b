package dev.sae4j.sae;

import dev.sae4j.kernel.Workers;
import java.util.Arrays;

/// Sparse codes of a batch that are filled again for each batch, without new memory once it is large
/// enough: compressed sparse rows, features ascending within a row.
///
/// The arrays belong to the buffer, are longer than what they hold, and change or are replaced when
/// it is filled again.
public final class CodesBuffer {
    private static final int ROWS_PER_PIECE = 64;

    private int rows;
    private int[] rowStart = new int[1];
    private int[] feature = new int[0];
    private float[] value = new float[0];
    private final RowLists lists = new RowLists();

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
    RowLists lists() {
        return lists;
    }

    /// Writes the first entries, copied from a list by `copier`, `counts[r]` for row r.
    void fill(Workers workers, int newRows, int[] counts, Copier copier) {
        begin(newRows);
        for (int r = 0; r < rows; r++) {
            rowStart[r + 1] = Math.addExact(rowStart[r], counts[r]);
        }
        reserve(size());
        workers.forEach(
                Math.ceilDiv(rows, ROWS_PER_PIECE),
                piece -> {
                    int end = Math.min(rows, (piece + 1) * ROWS_PER_PIECE);
                    for (int r = piece * ROWS_PER_PIECE; r < end; r++) {
                        copier.copy(r, feature, value, rowStart[r]);
                    }
                });
    }

    /// Takes all entries of [#lists].
    void fillFromLists(Workers workers) {
        fill(
                workers,
                lists.rows(),
                lists.count,
                (row, features, values, at) -> {
                    System.arraycopy(lists.feature[row], 0, features, at, lists.count[row]);
                    System.arraycopy(lists.value[row], 0, values, at, lists.count[row]);
                });
    }

    /// Writes the entries of a row from `at`.
    interface Copier {
        void copy(int row, int[] features, float[] values, int at);
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
