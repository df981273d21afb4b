package dev.sae4j.store;

/// An endless supply of activations in random order: after the last row of an epoch the next epoch
/// begins, in another order. The same seed gives the same rows.
public interface TrainingRows {
    /// Floats per row (d_in).
    int width();

    /// Rows of one epoch.
    long rowsPerEpoch();

    /// Fills `target` with the next `rows` rows, row-major.
    void next(float[] target, int rows);
}
