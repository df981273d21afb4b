package dev.sae4j.store;

/// Activations for training, one batch after the other, in random order.
public interface TrainingRows {
    /// Floats per row (d_in).
    int width();

    /// Rows until every row has been seen once.
    long rowsPerEpoch();

    /// Puts the next `rows` rows into `target`: `[rows, width]` and says how many there were: fewer
    /// only if the source has ended for good. A store never ends, its next epoch has another order.
    int next(float[] target, int rows);

    /// Rows that are in memory: `values` is `[n, width]`, row-major, and not copied.
    static TrainingRows of(float[] values, int width, long seed) {
        return new InMemoryRows(values, width, seed);
    }
}
