package dev.sae4j.kernel;

import jdk.incubator.vector.FloatVector;

/// Root-mean-square norm of rows: `out = x / sqrt(mean(x^2) + epsilon) * weight`.
public final class RmsNorm {
    /// Rows per piece of work.
    private static final int PIECE = 64;

    private RmsNorm() {}

    /// Norms all rows of `x: [rows, width]` into `out: [rows, width]`; the two may be the same.
    ///
    /// @param weight `[width]`
    public static void apply(
            Workers workers, float[] x, int rows, float[] weight, double epsilon, float[] out) {
        int width = weight.length;
        workers.forEach(
                Math.ceilDiv(rows, PIECE),
                piece -> {
                    int end = Math.min(rows, (piece + 1) * PIECE);
                    for (int row = piece * PIECE; row < end; row++) {
                        row(x, row * width, weight, epsilon, out);
                    }
                });
    }

    /// Norms parts of each row in place: `parts` vectors of `weight.length` floats, one behind the
    /// other from float `from` of a row.
    ///
    /// @param x `[rows, stride]`
    public static void applyToParts(
            Workers workers,
            float[] x,
            int rows,
            int stride,
            int from,
            int parts,
            float[] weight,
            double epsilon) {
        workers.forEach(
                Math.ceilDiv(rows, PIECE),
                piece -> {
                    int end = Math.min(rows, (piece + 1) * PIECE);
                    for (int row = piece * PIECE; row < end; row++) {
                        for (int part = 0; part < parts; part++) {
                            int at = row * stride + from + part * weight.length;
                            row(x, at, weight, epsilon, x);
                        }
                    }
                });
    }

    private static void row(float[] x, int at, float[] weight, double epsilon, float[] out) {
        int width = weight.length;
        double meanSquare = (double) Vectors.squaredNorm(x, at, width) / width;
        float scale = (float) (1 / Math.sqrt(meanSquare + epsilon));
        int i = 0;
        for (; i + Tile.LANES <= width; i += Tile.LANES) {
            FloatVector.fromArray(Tile.SPECIES, x, at + i)
                    .mul(scale)
                    .mul(FloatVector.fromArray(Tile.SPECIES, weight, i))
                    .intoArray(out, at + i);
        }
        for (; i < width; i++) {
            out[at + i] = x[at + i] * scale * weight[i];
        }
    }
}
