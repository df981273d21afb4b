package dev.sae4j.train.engine;

import dev.sae4j.kernel.Vectors;
import dev.sae4j.kernel.Workers;

/// The variance of what a batch is to reconstruct, in two passes: the mean first.
final class Targets {
    private static final int BLOCK = 64;

    private Targets() {}

    /// For each group of a batch, the sum of squared distances of its rows from their mean.
    static double[] variance(Workers workers, Batch batch, int width) {
        double[] sums = new double[batch.groups()];
        int rows = batch.rows() / batch.groups();
        for (int g = 0; g < sums.length; g++) {
            sums[g] = scatter(workers, batch.y(), g * rows, rows, width);
        }
        return sums;
    }

    /// Sum over rows of the squared distance from their mean.
    ///
    /// @param y `[.., width]`
    /// @param first row
    static double scatter(Workers workers, float[] y, int first, int rows, int width) {
        float[] mean = mean(workers, y, first, rows, width);
        double[] parts = new double[Math.ceilDiv(rows, BLOCK)];
        workers.forEach(
                parts.length,
                b -> {
                    float[] centred = new float[width];
                    double sum = 0;
                    for (int r = b * BLOCK; r < Math.min(rows, (b + 1) * BLOCK); r++) {
                        Vectors.scaledDifference(
                                y, (first + r) * width, mean, 0, 1f, centred, 0, width);
                        sum += Vectors.squaredNorm(centred, 0, width);
                    }
                    parts[b] = sum;
                });
        double total = 0;
        for (double part : parts) {
            total += part;
        }
        return total;
    }

    /// Mean row.
    static float[] mean(Workers workers, float[] y, int first, int rows, int width) {
        int blocks = Math.ceilDiv(rows, BLOCK);
        float[] parts = new float[blocks * width];
        workers.forEach(
                blocks,
                b -> {
                    for (int r = b * BLOCK; r < Math.min(rows, (b + 1) * BLOCK); r++) {
                        Vectors.addScaled(1f, y, (first + r) * width, parts, b * width, width);
                    }
                });
        double[] sum = new double[width];
        for (int at = 0; at < parts.length; at++) {
            sum[at % width] += parts[at];
        }
        float[] mean = new float[width];
        for (int c = 0; c < width; c++) {
            mean[c] = (float) (sum[c] / rows);
        }
        return mean;
    }
}
