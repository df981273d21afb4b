package dev.sae4j.sae;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/// A growing list of features and values for each row of a batch; the memory is kept for the next
/// batch. Rows may be filled by different threads, one row by one.
final class RowLists {
    private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
    private static final int LANES = INTS.length();
    private static final IntVector LANE = IntVector.zero(INTS).addIndex(1);
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
        int n = count[row];
        reserve(row, n + 1);
        feature[row][n] = column;
        value[row][n] = f;
        count[row] = n + 1;
    }

    /// Adds some values of a vector whose lanes are columns from `column`.
    void add(int row, int column, FloatVector f, VectorMask<Float> wanted) {
        int n = count[row];
        reserve(row, n + LANES);
        f.compress(wanted).intoArray(value[row], n);
        LANE.add(column).compress(wanted.cast(INTS)).intoArray(feature[row], n);
        count[row] = n + wanted.trueCount();
    }

    private void reserve(int row, int entries) {
        if (entries > feature[row].length) {
            feature[row] = Arrays.copyOf(feature[row], 2 * entries);
            value[row] = Arrays.copyOf(value[row], 2 * entries);
        }
    }
}
