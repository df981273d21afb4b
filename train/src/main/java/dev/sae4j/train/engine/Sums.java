package dev.sae4j.train.engine;

import dev.sae4j.kernel.Vectors;
import dev.sae4j.kernel.Workers;

/// Sums over the rows of a batch, in an order that does not depend on threads.
final class Sums {
    private static final int BLOCK = 256;

    private Sums() {}

    /// Column sums of `[rows, width]`.
    static double[] columns(Workers workers, float[] values, int rows, int width) {
        int blocks = Math.ceilDiv(rows, BLOCK);
        float[] parts = new float[blocks * width];
        workers.forEach(
                blocks,
                b -> {
                    for (int r = b * BLOCK; r < Math.min(rows, (b + 1) * BLOCK); r++) {
                        Vectors.addScaled(1f, values, r * width, parts, b * width, width);
                    }
                });
        double[] sum = new double[width];
        for (int at = 0; at < parts.length; at++) {
            sum[at % width] += parts[at];
        }
        return sum;
    }

    static void add(double[] to, double[] more) {
        for (int c = 0; c < to.length; c++) {
            to[c] += more[c];
        }
    }

    static float[] floats(double[] values) {
        float[] floats = new float[values.length];
        for (int c = 0; c < floats.length; c++) {
            floats[c] = (float) values[c];
        }
        return floats;
    }
}
