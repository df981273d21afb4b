package dev.sae4j.sae;

import dev.sae4j.kernel.Gemm;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/// The entries that the tiles of a product let through, in the order in which they were found: one
/// list for each [Gemm#GROUP] rows. Writing at the end of one list instead of many keeps the memory
/// that a product touches small. The lists are kept for the next batch.
///
/// Within a row, entries are in ascending order of features, which are below 2^27. Lists of different
/// groups may be filled by different threads.
final class Hits {
    private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
    private static final int LANES = INTS.length();
    private static final int ROW_BITS = 4;
    private static final int ROW_MASK = (1 << ROW_BITS) - 1;
    private static final IntVector LANE = IntVector.zero(INTS).addIndex(1 << ROW_BITS);
    private static final int FIRST = 1024; // entries that a list begins with

    private int[] count = new int[0]; // [groups]
    private int[][] key = new int[0][]; // [groups][at least count]: feature, then row of the group
    private float[][] value = new float[0][];
    private int rows;

    /// Empties the lists, for a batch of `newRows` rows.
    void begin(int newRows) {
        rows = newRows;
        int groups = groups();
        if (groups > count.length) {
            int before = count.length;
            count = new int[groups];
            key = Arrays.copyOf(key, groups);
            value = Arrays.copyOf(value, groups);
            for (int g = before; g < groups; g++) {
                key[g] = new int[FIRST];
                value[g] = new float[FIRST];
            }
        }
        Arrays.fill(count, 0, groups, 0);
    }

    int rows() {
        return rows;
    }

    /// Lists in use.
    int groups() {
        return Math.ceilDiv(rows, Gemm.GROUP);
    }

    /// Entries of a list.
    int count(int group) {
        return count[group];
    }

    /// The values of a list, of which [#count] are in use.
    float[] values(int group) {
        return value[group];
    }

    /// Entries of all rows together.
    long size() {
        long sum = 0;
        for (int g = 0; g < groups(); g++) {
            sum += count[g];
        }
        return sum;
    }

    /// Makes room in the list of a row for `entries` more.
    void reserve(int row, int entries) {
        int g = row / Gemm.GROUP;
        int needed = Math.addExact(count[g], Math.addExact(entries, LANES));
        if (needed > key[g].length) {
            key[g] = Arrays.copyOf(key[g], Math.max(needed, 2 * key[g].length));
            value[g] = Arrays.copyOf(value[g], key[g].length);
        }
    }

    /// Adds an entry; there must be room.
    void add(int row, int feature, float v) {
        int g = row / Gemm.GROUP;
        int n = count[g]++;
        key[g][n] = feature << ROW_BITS | row % Gemm.GROUP;
        value[g][n] = v;
    }

    /// Adds some lanes of a vector whose lanes are features from `feature`; there must be room.
    void add(int row, int feature, FloatVector v, VectorMask<Float> wanted) {
        int g = row / Gemm.GROUP;
        int n = count[g];
        v.compress(wanted).intoArray(value[g], n);
        LANE.add(feature << ROW_BITS | row % Gemm.GROUP)
                .compress(wanted.cast(INTS))
                .intoArray(key[g], n);
        count[g] = n + wanted.trueCount();
    }

    /// For each row of a group, counts the entries above `least` and those equal to it.
    ///
    /// @param above `[rows]`, those of the group are zero
    /// @param equal `[rows]`, likewise
    void count(int group, float least, int[] above, int[] equal) {
        int first = group * Gemm.GROUP;
        for (int i = 0; i < count[group]; i++) {
            float v = value[group][i];
            int row = first + (key[group][i] & ROW_MASK);
            above[row] += v > least ? 1 : 0;
            equal[row] += v == least ? 1 : 0;
        }
    }

    /// Writes the entries of a group above `least`, and the first of each row that are equal to it.
    ///
    /// @param ties `[rows]`: of those equal to it, how many; counted down
    /// @param rowStart `[rows + 1]`: where a row's entries go
    void copy(int group, float least, int[] ties, int[] rowStart, int[] features, float[] values) {
        int first = group * Gemm.GROUP;
        int n = Math.min(Gemm.GROUP, rows - first);
        int[] to = Arrays.copyOfRange(rowStart, first, first + n);
        for (int i = 0; i < count[group]; i++) {
            float v = value[group][i];
            int row = key[group][i] & ROW_MASK;
            if (v > least || (v == least && ties[first + row]-- > 0)) {
                features[to[row]] = key[group][i] >>> ROW_BITS;
                values[to[row]++] = v;
            }
        }
    }
}
