package dev.sae4j.cli;

import dev.sae4j.kernel.Vectors;
import dev.sae4j.store.TrainingRows;
import java.util.SplittableRandom;

/// Rows to measure time on: each is a sum of 24 directions drawn with power-law probabilities, so that
/// some features fire often and others hardly ever, as in life. The same few batches come again and
/// again, until time is up.
final class TrialRows implements TrainingRows {
    private static final int DIRECTIONS = 1024;
    private static final int SUMMED = 24;

    private final int inputs;
    private final int width;

    /// `[rows, width]`
    private final float[] values;

    private final int rows;
    private long position;
    private long stopAt = Long.MAX_VALUE;

    /// @param rows different rows
    TrialRows(int inputs, int targets, int rows) {
        this.inputs = inputs;
        this.width = inputs + targets;
        this.rows = rows;
        var random = new SplittableRandom(1);
        float[] dictionary = new float[DIRECTIONS * width];
        for (int i = 0; i < dictionary.length; i++) {
            dictionary[i] = (float) (random.nextGaussian() / Math.sqrt(width));
        }
        values = new float[rows * width];
        for (int row = 0; row < rows; row++) {
            for (int s = 0; s < SUMMED; s++) {
                int direction = (int) (DIRECTIONS * Math.pow(random.nextDouble(), 2));
                float strength = (float) (3 * random.nextDouble());
                Vectors.addScaled(
                        strength, dictionary, direction * width, values, row * width, width);
            }
        }
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
            int row = (int) (position++ % rows);
            System.arraycopy(values, row * width, target, i * width, width);
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
