package dev.sae4j.store;

/// 0, 1, ... `rowsPerEpoch - 1`, again and again.
final class SequentialOrder implements RowOrder {
    private final int rows;
    private long position;

    SequentialOrder(int rows) {
        this.rows = rows;
    }

    @Override
    public int rowsPerEpoch() {
        return rows;
    }

    @Override
    public long position() {
        return position;
    }

    @Override
    public void seek(long to) {
        RowOrder.checkPosition(to);
        position = to;
    }

    @Override
    public int next() {
        return (int) (position++ % rows);
    }
}
