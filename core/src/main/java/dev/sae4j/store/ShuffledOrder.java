package dev.sae4j.store;

/// Each epoch a permutation of its own, which depends on the seed and the epoch only.
final class ShuffledOrder implements RowOrder {
    private final int rows;
    private final EpochSeeds seeds;
    private final Picker picker;
    private long position;

    ShuffledOrder(int rows, long seed) {
        this.rows = rows;
        seeds = new EpochSeeds(seed);
        picker = new Picker(rows);
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
        picker.clear();
        position = to - to % rows;
        while (position < to) {
            next();
        }
    }

    @Override
    public int next() {
        if (picker.isEmpty()) {
            picker.refill(rows, seeds.of(position / rows));
        }
        int row = picker.pick();
        picker.remove();
        position++;
        return row;
    }
}
