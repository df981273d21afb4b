package dev.sae4j.sae;

import java.util.List;

/// Feature activations of a batch, only those that are not zero: compressed sparse rows. The dense
/// `[B, F]` matrix never exists.
///
/// Row `r` holds entries `rowStart[r] .. rowStart[r + 1]` of `feature` (ascending within a row) and
/// `value`. The arrays may be longer than the number of entries.
///
/// @param rows number of rows (tokens)
/// @param rowStart `[rows + 1]`
/// @param feature feature index of each entry
/// @param value activation of each entry, in the SAE's input units
public record SparseCodes(int rows, int[] rowStart, int[] feature, float[] value) {
    /// Number of entries of all rows together.
    public int entries() {
        return rowStart[rows];
    }

    /// Mean number of active features per row.
    public double l0() {
        return rows == 0 ? 0 : (double) entries() / rows;
    }

    /// Batches one below the other.
    public static SparseCodes concat(List<SparseCodes> parts) {
        int rows = parts.stream().mapToInt(SparseCodes::rows).sum();
        int entries = 0;
        for (SparseCodes part : parts) {
            entries = Math.addExact(entries, part.entries());
        }
        var all = new CodesBuilder(rows, entries);
        for (SparseCodes part : parts) {
            for (int r = 0; r < part.rows; r++) {
                for (int i = part.rowStart[r]; i < part.rowStart[r + 1]; i++) {
                    all.add(part.feature[i], part.value[i]);
                }
                all.endRow();
            }
        }
        return all.codes();
    }

    /// All features, `[rows, features]`, mostly zeros: for small batches and other tools.
    ///
    /// @param features number of features (d_sae)
    public float[] toDense(int features) {
        float[] dense = new float[Math.multiplyExact(rows, features)];
        for (int r = 0; r < rows; r++) {
            for (int i = rowStart[r]; i < rowStart[r + 1]; i++) {
                dense[r * features + feature[i]] = value[i];
            }
        }
        return dense;
    }

    /// The codes of the features below `width` only: what a Matryoshka SAE keeps of a row at one of
    /// its prefixes.
    public SparseCodes prefix(int width) {
        var kept = new CodesBuilder(rows, entries());
        for (int r = 0; r < rows; r++) {
            for (int i = rowStart[r]; i < rowStart[r + 1]; i++) {
                if (feature[i] < width) {
                    kept.add(feature[i], value[i]);
                }
            }
            kept.endRow();
        }
        return kept.codes();
    }

    /// The sum of two batches of codes, row by row.
    SparseCodes plus(SparseCodes other) {
        var sum = new CodesBuilder(rows, entries() + other.entries());
        for (int r = 0; r < rows; r++) {
            int a = rowStart[r];
            int b = other.rowStart[r];
            while (a < rowStart[r + 1] || b < other.rowStart[r + 1]) {
                int left = a < rowStart[r + 1] ? feature[a] : Integer.MAX_VALUE;
                int right = b < other.rowStart[r + 1] ? other.feature[b] : Integer.MAX_VALUE;
                float f = (left <= right ? value[a] : 0) + (right <= left ? other.value[b] : 0);
                sum.add(Math.min(left, right), f);
                a += left <= right ? 1 : 0;
                b += right <= left ? 1 : 0;
            }
            sum.endRow();
        }
        return sum.codes();
    }
}
