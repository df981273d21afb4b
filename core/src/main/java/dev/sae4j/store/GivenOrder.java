package dev.sae4j.store;

/// Orders that somebody else has chosen, one an epoch; ends after the last.
final class GivenOrder implements RowOrder {
    /// `[epochs][rows per epoch]`
    private final int[][] epochs;

    private final int rowsPerEpoch;
    private long position;

    GivenOrder(int rows, int[][] epochs) {
        if (epochs.length == 0 || epochs[0].length == 0) {
            throw new IllegalArgumentException("no order was given");
        }
        rowsPerEpoch = epochs[0].length;
        for (int e = 0; e < epochs.length; e++) {
            check(rows, epochs[e], e);
        }
        this.epochs = epochs;
    }

    private void check(int rows, int[] order, int epoch) {
        if (order.length != rowsPerEpoch) {
            throw new IllegalArgumentException(
                    "epoch %d has %d rows, epoch 0 has %d"
                            .formatted(epoch, order.length, rowsPerEpoch));
        }
        for (int row : order) {
            if (row < 0 || row >= rows) {
                throw new IllegalArgumentException(
                        "epoch %d asks for row %d: there are rows 0 to %d"
                                .formatted(epoch, row, rows - 1));
            }
        }
    }

    @Override
    public int rowsPerEpoch() {
        return rowsPerEpoch;
    }

    @Override
    public long position() {
        return position;
    }

    @Override
    public void seek(long to) {
        RowOrder.checkPosition(to);
        long all = (long) epochs.length * rowsPerEpoch;
        if (to > all) {
            throw new IllegalArgumentException(
                    "position %d is behind the end: %d epochs of %d rows"
                            .formatted(to, epochs.length, rowsPerEpoch));
        }
        position = to;
    }

    @Override
    public int next() {
        int epoch = (int) (position / rowsPerEpoch);
        return epoch == epochs.length ? -1 : epochs[epoch][(int) (position++ % rowsPerEpoch)];
    }
}
