package dev.sae4j.train.engine;

import dev.sae4j.kernel.Vectors;
import dev.sae4j.kernel.Workers;

/// The row-wise half of a step: reconstructs each row from its active features, and turns the error
/// into gradients of the active values.
final class DecoderPass {
    private static final int BLOCK = 64; // rows that one piece of work owns

    private final Parameters weights;
    private final float[] errors; // [B, D], 2·(x^ - x)/B
    private final double[] squaredError; // [B]
    private final double[] squaredNorm; // [blocks]
    private final float[] columnSums; // [blocks, D], of x

    DecoderPass(Parameters weights, int batch) {
        this.weights = weights;
        this.errors = new float[Math.multiplyExact(batch, weights.dIn())];
        this.squaredError = new double[batch];
        int blocks = Math.ceilDiv(batch, BLOCK);
        this.squaredNorm = new double[blocks];
        this.columnSums = new float[blocks * weights.dIn()];
    }

    /// What a batch adds up to.
    ///
    /// @param loss mean squared error per row
    /// @param variance mean squared distance of a row from the batch mean
    record Sums(double loss, double variance) {
        double fvu() {
            return variance > 0 ? loss / variance : Double.NaN;
        }
    }

    /// `[B, D]`: the gradient of the loss by the reconstruction, `2·(x^ - x)/B`.
    float[] errors() {
        return errors;
    }

    Sums run(Workers workers, float[] x, ActiveEntries entries) {
        int batch = squaredError.length;
        workers.forEach(
                squaredNorm.length,
                b -> {
                    int end = Math.min(batch, (b + 1) * BLOCK);
                    sumInputs(x, b, end);
                    for (int r = b * BLOCK; r < end; r++) {
                        row(x, entries, r);
                    }
                });
        double loss = 0;
        for (double e : squaredError) {
            loss += e;
        }
        return new Sums(loss / batch, variance(batch));
    }

    private void sumInputs(float[] x, int block, int end) {
        int d = weights.dIn();
        double norm = 0;
        java.util.Arrays.fill(columnSums, block * d, (block + 1) * d, 0f);
        for (int r = block * BLOCK; r < end; r++) {
            norm += Vectors.squaredNorm(x, r * d, d);
            Vectors.addScaled(1f, x, r * d, columnSums, block * d, d);
        }
        squaredNorm[block] = norm;
    }

    private double variance(int batch) {
        int d = weights.dIn();
        double norm = 0;
        double[] mean = new double[d];
        for (int b = 0; b < squaredNorm.length; b++) {
            norm += squaredNorm[b];
            for (int c = 0; c < d; c++) {
                mean[c] += columnSums[b * d + c];
            }
        }
        double meanNorm = 0;
        for (double m : mean) {
            meanNorm += (m / batch) * (m / batch);
        }
        return norm / batch - meanNorm;
    }

    private void row(float[] x, ActiveEntries entries, int r) {
        int d = weights.dIn();
        int at = r * d;
        System.arraycopy(weights.decoderBias(), 0, errors, at, d);
        Decode.addFeatures(weights, entries, r, errors, at);
        Vectors.scaledDifference(errors, at, x, at, 1f, errors, at, d);
        squaredError[r] = Vectors.squaredNorm(errors, at, d);
        Vectors.scale(2f / squaredError.length, errors, at, d);
        Decode.gradients(weights, entries, r, errors, at);
    }
}
