package dev.sae4j.store;

import java.util.function.IntFunction;

/// The rows of an array, in some order.
final class InMemoryRows implements TrainingRows {
    private final float[] values;
    private final int width;
    private final RowOrder order;

    /// @param order makes the order for a number of rows
    InMemoryRows(float[] values, int width, IntFunction<RowOrder> order) {
        if (width < 1 || values.length < width || values.length % width != 0) {
            throw new IllegalArgumentException(
                    "%d floats are not rows of %d".formatted(values.length, width));
        }
        this.values = values;
        this.width = width;
        this.order = order.apply(values.length / width);
    }

    @Override
    public int width() {
        return width;
    }

    @Override
    public long rowsPerEpoch() {
        return order.rowsPerEpoch();
    }

    @Override
    public int next(float[] target, int rows) {
        for (int i = 0; i < rows; i++) {
            int row = order.next();
            if (row < 0) {
                return i;
            }
            System.arraycopy(values, row * width, target, i * width, width);
        }
        return rows;
    }

    @Override
    public long position() {
        return order.position();
    }

    @Override
    public void seek(long row) {
        order.seek(row);
    }
}
