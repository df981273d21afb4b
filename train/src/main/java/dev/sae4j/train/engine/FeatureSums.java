package dev.sae4j.train.engine;

import dev.sae4j.kernel.Products;
import dev.sae4j.kernel.Vectors;
import dev.sae4j.kernel.Workers;
import java.util.Arrays;

/// The gradients of a few features by dense products, for channels in which most pairs of row and
/// feature take part.
///
/// Arrays are kept from batch to batch and grow when they must.
final class FeatureSums {
    private static final int BLOCK = 64;

    private final Parameters.Shape shape;
    private final int[] place; // [F], where a feature is among the few; -1 if it is not
    private int n;
    private float[] rowsOfDecoder = new float[0]; // [n, dOut]
    private float[] values = new float[0]; // [rows, n]
    private float[] gradients = new float[0]; // [rows, n]
    private float[] encoder = new float[0]; // [n, dIn]
    private float[] decoder = new float[0]; // [n, dOut]
    private double[] bias = new double[0]; // [n]
    private double[] along = new double[0]; // [n]

    FeatureSums(Parameters.Shape shape) {
        this.shape = shape;
        place = new int[shape.dSae()];
        Arrays.fill(place, -1);
    }

    /// Begins a batch: `out += values·W_dec`.
    ///
    /// @param features the few, ascending
    /// @param entries whose `pre` are the values
    /// @param out `[rows, dOut]`
    void decode(Workers workers, Parameters w, int[] features, Entries entries, float[] out) {
        int d = shape.dOut();
        int rows = entries.rows;
        n = features.length;
        rowsOfDecoder = atLeast(rowsOfDecoder, n * d);
        values = atLeast(values, Math.multiplyExact(rows, n));
        gradients = atLeast(gradients, rows * n);
        Arrays.fill(place, -1);
        for (int i = 0; i < n; i++) {
            place[features[i]] = i;
            System.arraycopy(w.decoder().value(), features[i] * d, rowsOfDecoder, i * d, d);
        }
        scatter(workers, entries, entries.pre, values);
        Products.addProduct(workers, values, 0, rows, rowsOfDecoder, 0, d, n, out, 0);
    }

    /// Goes back: fills the entries' gradients, and sums up those of the features.
    ///
    /// @param errors `[rows, dOut]`, gradient by the reconstruction
    /// @param x `[rows, dIn]`, centred
    void sum(Workers workers, Entries entries, float[] errors, float[] x, boolean trainsEncoder) {
        int rows = entries.rows;
        int dIn = shape.dIn();
        int dOut = shape.dOut();
        encoder = zeros(encoder, n * dIn);
        decoder = zeros(decoder, n * dOut);
        bias = new double[n];
        along = new double[n];
        Products.timesTransposed(workers, errors, 0, rows, rowsOfDecoder, 0, n, dOut, gradients, 0);
        for (int i = 0; i < entries.size; i++) {
            int at = place[entries.feature[i]];
            float g = gradients[entries.row[i] * n + at];
            entries.gradient[i] = g;
            bias[at] += g;
            along[at] += (double) entries.pre[i] * g;
        }
        Products.addTransposedProduct(workers, values, 0, n, errors, 0, dOut, rows, decoder, 0);
        if (trainsEncoder) {
            scatter(workers, entries, entries.gradient, gradients);
            Products.addTransposedProduct(workers, gradients, 0, n, x, 0, dIn, rows, encoder, 0);
        }
    }

    private void scatter(Workers workers, Entries entries, float[] from, float[] to) {
        int rows = entries.rows;
        workers.forEach(
                Math.ceilDiv(rows, BLOCK),
                b -> {
                    for (int r = b * BLOCK; r < Math.min(rows, (b + 1) * BLOCK); r++) {
                        Arrays.fill(to, r * n, (r + 1) * n, 0f);
                        for (int i = entries.rowStart[r]; i < entries.rowStart[r + 1]; i++) {
                            to[r * n + place[entries.feature[i]]] = from[i];
                        }
                    }
                });
    }

    /// Adds a feature's sums to its gradients, if it is one of the few.
    ///
    /// @return its part of the gradient by the bias
    double add(int j, Gradient g, boolean trainsEncoder) {
        int i = place[j];
        if (i < 0) {
            return 0;
        }
        g.zero = false;
        g.along = along[i];
        Vectors.addScaled(1f, decoder, i * shape.dOut(), g.decoder, 0, shape.dOut());
        if (!trainsEncoder) {
            return 0;
        }
        Vectors.addScaled(1f, encoder, i * shape.dIn(), g.encoder, 0, shape.dIn());
        return bias[i];
    }

    private static float[] atLeast(float[] array, int length) {
        return array.length >= length ? array : new float[length + length / 4];
    }

    private static float[] zeros(float[] array, int length) {
        float[] enough = atLeast(array, length);
        Arrays.fill(enough, 0, length, 0f);
        return enough;
    }
}
