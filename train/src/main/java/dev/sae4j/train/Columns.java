package dev.sae4j.train;

import dev.sae4j.store.TrainingRows;
import dev.sae4j.train.engine.Batch;

/// Where in a row the activations stand that a run trains on.
///
/// @param from first column
/// @param width columns
/// @param stride floats per row
/// @param dIn width of the input
/// @param dOut width of what is reconstructed, behind the input where they are two
record Columns(int from, int width, int stride, int dIn, int dOut) {
    /// Those of a job.
    static Columns of(Trainer.Job job, TrainingRows rows) {
        int stride = rows.width();
        int end = Math.addExact(job.from(), job.width());
        if (job.from() < 0 || job.width() < 1 || end > stride) {
            throw new IllegalArgumentException(
                    "columns %d to %d are not within rows of width %d"
                            .formatted(job.from(), end, stride));
        }
        if (rows.inputs() == stride) {
            return new Columns(job.from(), job.width(), stride, job.width(), job.width());
        }
        if (job.width() < stride) {
            throw new IllegalArgumentException(
                    "rows of inputs and targets are trained on as a whole, not on columns %d to %d"
                            .formatted(job.from(), end));
        }
        return new Columns(0, stride, stride, rows.inputs(), stride - rows.inputs());
    }

    /// True if they are the whole row.
    boolean isAll() {
        return width == stride;
    }

    /// True if an input and, behind it, what it is to predict stand there.
    boolean pairs() {
        return dIn < width;
    }

    /// Takes rows apart that hold an input and, behind it, what it is to predict.
    ///
    /// @param raw `[n, dIn + dOut]`
    static Batch pairs(float[] raw, int n, int dIn, int dOut) {
        float[] x = new float[n * dIn];
        float[] y = new float[n * dOut];
        for (int r = 0; r < n; r++) {
            System.arraycopy(raw, r * (dIn + dOut), x, r * dIn, dIn);
            System.arraycopy(raw, r * (dIn + dOut) + dIn, y, r * dOut, dOut);
        }
        return Batch.of(x, y, n);
    }

    /// Copies `n` rows: `[n, width]`.
    ///
    /// @param rows `[.., stride]`
    /// @param first row of `rows` to copy
    void copy(float[] rows, int first, int n, float[] target) {
        if (isAll()) {
            System.arraycopy(rows, first * stride, target, 0, n * stride);
            return;
        }
        for (int r = 0; r < n; r++) {
            System.arraycopy(rows, (first + r) * stride + from, target, r * width, width);
        }
    }

    /// A copy of its own of `n` rows: `[n, width]`.
    float[] copy(float[] rows, int first, int n) {
        float[] target = new float[Math.multiplyExact(n, width)];
        copy(rows, first, n, target);
        return target;
    }
}
