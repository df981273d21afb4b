package dev.sae4j.kernel;

import jdk.incubator.vector.FloatVector;

/// Layer norm of rows: `out = (x - mean) / sqrt(variance + epsilon) * weight + bias`.
public final class LayerNorm {
    /// Rows per piece of work.
    private static final int PIECE = 64;

    private LayerNorm() {}

    /// Norms all rows of `x: [rows, width]` into `out: [rows, width]`; the two may be the same.
    ///
    /// @param weight `[width]`
    /// @param bias `[width]`
    public static void apply(
            Workers workers,
            float[] x,
            int rows,
            float[] weight,
            float[] bias,
            double epsilon,
            float[] out) {
        int width = weight.length;
        workers.forEach(
                Math.ceilDiv(rows, PIECE),
                piece -> {
                    int end = Math.min(rows, (piece + 1) * PIECE);
                    for (int row = piece * PIECE; row < end; row++) {
                        row(x, row * width, weight, bias, epsilon, out);
                    }
                });
    }

    private static void row(
            float[] x, int at, float[] weight, float[] bias, double epsilon, float[] out) {
        int width = weight.length;
        float mean = sum(x, at, width) / width;
        int i = 0;
        for (; i + Tile.LANES <= width; i += Tile.LANES) {
            FloatVector.fromArray(Tile.SPECIES, x, at + i).sub(mean).intoArray(out, at + i);
        }
        for (; i < width; i++) {
            out[at + i] = x[at + i] - mean;
        }
        double variance = (double) Vectors.squaredNorm(out, at, width) / width;
        float scale = (float) (1 / Math.sqrt(variance + epsilon));
        for (i = 0; i + Tile.LANES <= width; i += Tile.LANES) {
            FloatVector.fromArray(Tile.SPECIES, out, at + i)
                    .mul(scale)
                    .mul(FloatVector.fromArray(Tile.SPECIES, weight, i))
                    .add(FloatVector.fromArray(Tile.SPECIES, bias, i))
                    .intoArray(out, at + i);
        }
        for (; i < width; i++) {
            out[at + i] = out[at + i] * scale * weight[i] + bias[i];
        }
    }

    private static float sum(float[] x, int at, int n) {
        FloatVector sum = FloatVector.zero(Tile.SPECIES);
        int i = 0;
        for (; i + Tile.LANES <= n; i += Tile.LANES) {
            sum = sum.add(FloatVector.fromArray(Tile.SPECIES, x, at + i));
        }
        float total = Horizontal.sum(sum);
        for (; i < n; i++) {
            total += x[at + i];
        }
        return total;
    }
}
