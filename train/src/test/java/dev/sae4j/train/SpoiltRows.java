package dev.sae4j.train;

import dev.sae4j.store.TrainingRows;

/// Rows that are all right until something happens to the batch that holds a certain row.
final class SpoiltRows implements TrainingRows {
    private final TrainingRows rows;
    private final long at;
    private final Spoil spoil;

    /// Does something to a batch.
    interface Spoil {
        void accept(float[] batch);
    }

    SpoiltRows(TrainingRows rows, long at, Spoil spoil) {
        this.rows = rows;
        this.at = at;
        this.spoil = spoil;
    }

    @Override
    public int width() {
        return rows.width();
    }

    @Override
    public long rowsPerEpoch() {
        return rows.rowsPerEpoch();
    }

    @Override
    public int next(float[] target, int n) {
        long first = position();
        int found = rows.next(target, n);
        if (first <= at && at < position()) {
            spoil.accept(target);
        }
        return found;
    }

    @Override
    public long position() {
        return rows.position();
    }

    @Override
    public void seek(long row) {
        rows.seek(row);
    }
}
