package dev.sae4j.train;

import dev.sae4j.store.TrainingRows;
import java.util.Arrays;

/// The rows of a run, which remember the last batch.
final class RecordedRows implements TrainingRows {
    private final TrainingRows rows;
    private float[] last = new float[0];

    RecordedRows(TrainingRows rows) {
        this.rows = rows;
    }

    /// The last batch, `[n, width]`.
    float[] last() {
        return last;
    }

    @Override
    public int width() {
        return rows.width();
    }

    @Override
    public int inputs() {
        return rows.inputs();
    }

    @Override
    public long rowsPerEpoch() {
        return rows.rowsPerEpoch();
    }

    @Override
    public int next(float[] target, int n) {
        int found = rows.next(target, n);
        last = Arrays.copyOf(target, found * width());
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
