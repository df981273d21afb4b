package dev.sae4j.train.engine;

import dev.sae4j.kernel.Gemm;
import dev.sae4j.kernel.PackedMatrix.RowSource;
import dev.sae4j.kernel.Rows;
import dev.sae4j.kernel.Workers;

/// Brings the singular values of a matrix near 1: five quintic Newton-Schulz steps in bfloat16, each
/// product and sum rounded where sparsify's Muon rounds it.
///
/// With `X: [narrow, tall]`, a step is `A = X·Xᵀ`, `B = b·A + (c·A)·A`, `X = a·X + B·X`. Matrices are
/// kept as `Xᵀ: [tall, narrow]`, which is how the weights of an SAE lie.
final class NewtonSchulz {
    private static final int STEPS = 5;
    private static final float A = 3.4445f;
    private static final float B = -4.7750f;
    private static final float C = 2.0315f;
    private static final float TINY = 1e-7f;

    /// Rows that a piece of work takes.
    private static final int ROWS = 64;

    private final Workers workers;
    private final float[] x;
    private final float[] scratch;
    private final int tall;
    private final int narrow;

    private NewtonSchulz(Workers workers, float[] x, float[] scratch, int tall, int narrow) {
        this.workers = workers;
        this.x = x;
        this.scratch = scratch;
        this.tall = tall;
        this.narrow = narrow;
    }

    /// Replaces `matrix` by its orthogonalisation.
    ///
    /// @param matrix `[rows, columns]`
    static void orthogonalise(Workers workers, float[] matrix, int rows, int columns) {
        float[] scratch = new float[matrix.length];
        if (rows >= columns) {
            new NewtonSchulz(workers, matrix, scratch, rows, columns).run();
            return;
        }
        float[] turned = new float[matrix.length];
        transpose(workers, matrix, rows, columns, turned);
        new NewtonSchulz(workers, turned, scratch, columns, rows).run();
        transpose(workers, turned, columns, rows, matrix);
    }

    private void run() {
        normalise();
        for (int i = 0; i < STEPS; i++) {
            step();
        }
    }

    /// Divides by the Frobenius norm, so that no singular value is above 1.
    private void normalise() {
        double[] squares = new double[tall];
        eachRow((row, at) -> {
            double sum = 0;
            for (int i = at; i < at + narrow; i++) {
                x[i] = BFloat16.round(x[i]);
                sum += (double) x[i] * x[i];
            }
            squares[row] = sum;
        });
        double total = 0;
        for (double square : squares) {
            total += square;
        }
        float norm = BFloat16.round(BFloat16.round((float) Math.sqrt(total)) + TINY);
        eachRow((row, at) -> {
            for (int i = at; i < at + narrow; i++) {
                x[i] = BFloat16.round(x[i] / norm);
            }
        });
    }

    private void step() {
        float[] b = polynomial();
        // (B·X)ᵀ = Xᵀ·Bᵀ
        Gemm.multiplyOnce(workers, Rows.of(x, tall, narrow), narrow, rowsOf(b, narrow), scratch);
        eachRow((row, at) -> {
            for (int i = at; i < at + narrow; i++) {
                x[i] = BFloat16.round(BFloat16.round(A * x[i]) + BFloat16.round(scratch[i]));
            }
        });
    }

    /// `b·A + (c·A)·A` with `A = X·Xᵀ`, `[narrow, narrow]`.
    private float[] polynomial() {
        transpose(workers, x, tall, narrow, scratch);
        float[] gram = new float[narrow * narrow];
        Gemm.multiplyOnce(
                workers, Rows.of(scratch, narrow, tall), narrow, rowsOf(scratch, tall), gram);
        float[] scaled = new float[gram.length];
        for (int i = 0; i < gram.length; i++) {
            gram[i] = BFloat16.round(gram[i]);
            scaled[i] = BFloat16.round(C * gram[i]);
        }
        float[] out = new float[gram.length];
        // A is symmetric: its rows are its columns
        Gemm.multiplyOnce(
                workers, Rows.of(scaled, narrow, narrow), narrow, rowsOf(gram, narrow), out);
        for (int i = 0; i < out.length; i++) {
            out[i] = BFloat16.round(BFloat16.round(B * gram[i]) + BFloat16.round(out[i]));
        }
        return out;
    }

    private static RowSource rowsOf(float[] matrix, int width) {
        return (row, target, at) -> System.arraycopy(matrix, row * width, target, at, width);
    }

    private interface RowBody {
        /// @param at index of the row's first float
        void accept(int row, int at);
    }

    private void eachRow(RowBody body) {
        workers.forEach(
                Math.ceilDiv(tall, ROWS),
                piece -> {
                    int to = Math.min(tall, (piece + 1) * ROWS);
                    for (int row = piece * ROWS; row < to; row++) {
                        body.accept(row, row * narrow);
                    }
                });
    }

    /// `to: [columns, rows]` from `from: [rows, columns]`.
    private static void transpose(
            Workers workers, float[] from, int rows, int columns, float[] to) {
        workers.forEach(
                Math.ceilDiv(rows, ROWS),
                piece -> {
                    int first = piece * ROWS;
                    int end = Math.min(rows, first + ROWS);
                    for (int column = 0; column < columns; column++) {
                        for (int row = first; row < end; row++) {
                            to[column * rows + row] = from[row * columns + column];
                        }
                    }
                });
    }
}
