package dev.sae4j.train.engine;

import dev.sae4j.kernel.Products;
import dev.sae4j.kernel.Vectors;
import dev.sae4j.kernel.Workers;
import java.util.Arrays;

/// Ghost gradients, as SAELens had them until version 5: the dead features of a ReLU SAE reconstruct
/// what the others left over, with `exp(z)` in the place of `relu(z)`. With the residual
/// `r = x - x^` and the ghosts `h = s·exp(z)·W_dec` over dead features,
///
///     s = ‖r‖ / (2‖h/s‖ + 1e-6)           so that ghosts are half as long as the residual
///     m = e² / ((h - r)² + 1e-6)          elementwise, so that their error is as large as the main
///     loss = mean over all elements of m·(h - r)²
///
/// and no gradient flows through `r`, `s` and `m`.
final class GhostPass {
    private static final int BLOCK = 64;
    private static final float EPSILON = 1e-6f;

    private final Parameters weights;
    private final Entries entries;
    private float[] errors = new float[0]; // [rows, dOut], gradient by h
    private double[] sums = new double[0]; // [rows]

    GhostPass(Parameters weights) {
        this.weights = weights;
        this.entries = new Entries(weights.dSae());
    }

    /// Finds the loss and the channel that its gradients are taken from.
    ///
    /// @param input `[rows, dIn]`, centred
    /// @param dead ascending, at least one
    /// @param main whose errors are the residual
    Channel.Found run(
            Workers workers, Batch batch, float[] input, int[] dead, Reconstruction main) {
        int rows = batch.rows();
        int d = weights.dOut();
        int n = dead.length;
        entries.reserve(rows, Math.multiplyExact(rows, n), false);
        if (sums.length < rows) {
            errors = new float[Math.multiplyExact(rows, d)];
            sums = new double[rows];
        }
        preActivations(workers, input, rows, dead);
        workers.forEach(
                Math.ceilDiv(rows, BLOCK),
                b -> {
                    float[] residual = new float[d];
                    for (int r = b * BLOCK; r < Math.min(rows, (b + 1) * BLOCK); r++) {
                        sums[r] = row(batch, r, dead, main, residual);
                    }
                });
        entries.rowStart[rows] = rows * n;
        entries.index();
        double sum = 0;
        for (int r = 0; r < rows; r++) {
            sum += sums[r];
        }
        var channel =
                new SparseChannel(
                        weights.shape(),
                        entries,
                        errors,
                        SparseChannel.Trains.BY_EXPONENTIAL,
                        false);
        return new Channel.Found(sum / rows / d, channel);
    }

    /// Writes `z` without its bias into `pre`.
    private void preActivations(Workers workers, float[] input, int rows, int[] dead) {
        int d = weights.dIn();
        float[] encoder = new float[dead.length * d];
        for (int i = 0; i < dead.length; i++) {
            System.arraycopy(weights.encoder().value(), dead[i] * d, encoder, i * d, d);
        }
        Products.timesTransposed(
                workers, input, 0, rows, encoder, 0, dead.length, d, entries.pre, 0);
    }

    /// Makes one row's ghosts, and turns their error into gradients.
    ///
    /// @return sum over dimensions of `m·(h - r)²`
    private double row(Batch batch, int r, int[] dead, Reconstruction main, float[] residual) {
        int n = dead.length;
        int d = weights.dOut();
        int from = r * n;
        int at = r * d;
        float[] decoder = weights.decoder().value();
        float[] bias = weights.encoderBias().value();
        entries.rowStart[r] = from;
        for (int i = 0; i < n; i++) {
            entries.feature[from + i] = dead[i];
            entries.value[from + i] = (float) Math.exp(entries.pre[from + i] + bias[dead[i]]);
        }
        Arrays.fill(errors, at, at + d, 0f);
        Vectors.weightedRowSum(
                decoder, d, entries.feature, entries.value, from, from + n, errors, at);
        residual(batch, r, main, residual);
        double norm = Math.sqrt(Vectors.squaredNorm(errors, at, d));
        double left = Math.sqrt(Vectors.squaredNorm(residual, 0, d));
        float scale = (float) (left / (EPSILON + 2 * norm));
        Vectors.scale(scale, errors, at, d);
        Vectors.scale(scale, entries.value, from, n);
        double sum = 0;
        for (int c = 0; c < d; c++) {
            float off = errors[at + c] - residual[c];
            float factor = residual[c] * residual[c] / (off * off + EPSILON);
            sum += (double) factor * off * off;
            errors[at + c] = factor * 2 * off / batch.rows() / d;
        }
        Vectors.dotRows(errors, at, decoder, entries.feature, from, from + n, d, entries.gradient);
        for (int i = from; i < from + n; i++) {
            entries.gradient[i] *= entries.value[i];
        }
        return sum;
    }

    private void residual(Batch batch, int r, Reconstruction main, float[] out) {
        int d = weights.dOut();
        float scale = main.scales(0)[r] * (batch.deviation() == null ? 1 : batch.deviation()[r]);
        System.arraycopy(main.errors(0), r * d, out, 0, d);
        Vectors.scale(scale > 0 ? -1 / scale : 0, out, 0, d);
    }
}
