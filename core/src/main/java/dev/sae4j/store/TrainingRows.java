package dev.sae4j.store;

import org.jspecify.annotations.Nullable;

/// Activations for training, one batch after the other, epoch after epoch. For one thread at a time.
///
/// Which row comes at which position depends on nothing but how the source was made, so a run that
/// was stopped goes on with the same rows after [#seek(long)].
public interface TrainingRows {
    /// Floats per row: the input and, for a transcoder, the target behind it.
    int width();

    /// How many floats of a row are the input (d_in); the target has the others (d_out).
    default int inputs() {
        return width();
    }

    /// Rows of one epoch: until every row has been seen once. `Long.MAX_VALUE` while a live source
    /// has not come to its end for the first time.
    long rowsPerEpoch();

    /// Puts the next `rows` rows into `target`: `[rows, width]` and says how many there were: fewer
    /// only if the source has ended for good. A store never ends, its next epoch has another order.
    int next(float[] target, int rows);

    /// As [#next], but stops at the end of an epoch; the call after that begins the next one. An
    /// epoch's last batch is shorter where `rows` does not divide the epoch.
    default int nextWithinEpoch(float[] target, int rows) {
        long left = rowsPerEpoch() - position() % rowsPerEpoch();
        return next(target, (int) Math.min(rows, left));
    }

    /// Rows given so far, over all epochs.
    long position();

    /// Goes to another position, earlier or later: the rows that follow are, bit for bit, those
    /// that a reader gives who has read `row` rows.
    ///
    /// @throws dev.sae4j.io.Sae4jException if the source ends before that
    void seek(long row);

    /// What makes [#seek(long, RowsCursor)] to the present position quick; null if the position says
    /// all there is to say.
    default @Nullable RowsCursor cursor() {
        return null;
    }

    /// As [#seek(long)] to a position at which [#cursor()] gave a cursor, in this or an earlier
    /// process.
    ///
    /// @throws dev.sae4j.io.Sae4jException if the source ends before that
    default void seek(long row, RowsCursor cursor) {
        seek(row);
    }

    /// Rows that are in memory, each epoch a permutation of its own: `values` is `[n, width]`,
    /// row-major, and not copied.
    static TrainingRows of(float[] values, int width, long seed) {
        return new InMemoryRows(values, width, rows -> new ShuffledOrder(rows, seed));
    }

    /// Rows that are in memory, as they stand, again and again: `values` is `[n, width]`, row-major,
    /// and not copied.
    static TrainingRows inOrder(float[] values, int width) {
        return new InMemoryRows(values, width, SequentialOrder::new);
    }

    /// Rows that are in memory, in a given order; the source ends after the last epoch.
    ///
    /// @param values `[n, width]`, row-major, not copied
    /// @param orderPerEpoch `[epochs][rows per epoch]`, numbers of rows
    static TrainingRows ofOrders(float[] values, int width, int[][] orderPerEpoch) {
        return new InMemoryRows(values, width, rows -> new GivenOrder(rows, orderPerEpoch));
    }

    /// Inputs and targets that come in the same order, side by side: row i of the one and row i of
    /// the other become one row.
    static TrainingRows sideBySide(TrainingRows inputs, TrainingRows targets) {
        return new SideBySide(inputs, targets);
    }

    /// Inputs and targets from two stores of one harvest, read in one random order.
    ///
    /// @param shuffle its buffer holds inputs and targets together
    /// @throws dev.sae4j.io.Sae4jException naming the first row that is of another token in the two
    static ShuffledReader paired(ActivationStore inputs, ActivationStore targets, Shuffle shuffle) {
        return new ShuffledReader(PairedStores.of(inputs, targets), shuffle);
    }
}
