package dev.sae4j.cli;

import dev.sae4j.store.TrainingRows;
import dev.sae4j.train.MadeUpRows;

/// Made-up rows to measure time on: the same few batches come again and again, until time is up.
final class TrialRows implements TrainingRows {
    private final int inputs;
    private final int width;
    private final int batch;

    /// `[batch, width]` each
    private final float[][] batches;

    private long position;
    private long stopAt = Long.MAX_VALUE;

    /// @param batch rows in each batch
    /// @param count different batches
    TrialRows(int inputs, int targets, int batch, int count) {
        this.inputs = inputs;
        this.width = inputs + targets;
        this.batch = batch;
        this.batches = MadeUpRows.batches(width, batch, count, 1);
    }

    /// Ends the stream at a time of `System.nanoTime()`.
    void stopAt(long nanos) {
        stopAt = nanos;
    }

    @Override
    public int width() {
        return width;
    }

    @Override
    public int inputs() {
        return inputs;
    }

    @Override
    public long rowsPerEpoch() {
        return Long.MAX_VALUE;
    }

    @Override
    public int next(float[] target, int wanted) {
        if (System.nanoTime() >= stopAt) {
            return 0;
        }
        for (int i = 0; i < wanted; i++) {
            float[] from = batches[(int) (position / batch % batches.length)];
            int row = (int) (position++ % batch);
            System.arraycopy(from, row * width, target, i * width, width);
        }
        return wanted;
    }

    @Override
    public long position() {
        return position;
    }

    @Override
    public void seek(long row) {
        position = row;
    }
}
