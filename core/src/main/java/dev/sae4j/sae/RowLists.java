package dev.sae4j.sae;

import java.util.Arrays;

/// A growing list of features and values for each row of a batch; the memory is kept for the next
/// batch. Rows may be filled by different threads, one row by one.
final class RowLists {
    private static final int FIRST = 32; // entries that a list begins with

    int[] count = new int[0]; // [rows]
    int[][] feature = new int[0][]; // [rows][at least count]
    float[][] value = new float[0][];
    private int rows;

    /// Empties the lists of `rows` rows.
    void begin(int newRows) {
        if (newRows > feature.length) {
            int before = feature.length;
            count = new int[newRows];
            feature = Arrays.copyOf(feature, newRows);
            value = Arrays.copyOf(value, newRows);
            for (int r = before; r < newRows; r++) {
                feature[r] = new int[FIRST];
                value[r] = new float[FIRST];
            }
        }
        rows = newRows;
        Arrays.fill(count, 0, rows, 0);
    }

    int rows() {
        return rows;
    }

    /// Entries of all rows together.
    long size() {
        long sum = 0;
        for (int r = 0; r < rows; r++) {
            sum += count[r];
        }
        return sum;
    }

    void add(int row, int column, float f) {
        int n = count[row]++;
        if (n == feature[row].length) {
            feature[row] = Arrays.copyOf(feature[row], 2 * n);
            value[row] = Arrays.copyOf(value[row], 2 * n);
        }
        feature[row][n] = column;
        value[row][n] = f;
    }
}
