package dev.sae4j.sae;

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
}
