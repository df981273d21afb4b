package dev.sae4j.kernel;

import jdk.incubator.vector.FloatVector;
import org.jspecify.annotations.Nullable;

/// Linear layers `X·Wᵀ + bias` that store their result or add it to what is there.
public final class Linear {
    private Linear() {}

    /// `out = X·Wᵀ + bias`.
    ///
    /// @param bias `[w.rows]`, or null for none
    /// @param out `[x.count, w.rows]`
    public static void store(
            Workers workers, Rows x, Factor w, float @Nullable [] bias, float[] out) {
        int n = w.rows();
        w.multiply(
                workers,
                x,
                (tile, stride, row, rows, column, columns) -> {
                    for (int r = 0; r < rows; r++) {
                        int to = (row + r) * n + column;
                        System.arraycopy(tile, r * stride, out, to, columns);
                        if (bias != null) {
                            Vectors.addScaled(1f, bias, column, out, to, columns);
                        }
                    }
                });
    }

    /// `out = activation(X·Wᵀ + bias)`.
    ///
    /// @param bias `[w.rows]`, or null for none
    /// @param out `[x.count, w.rows]`
    public static void activate(
            Workers workers,
            Rows x,
            Factor w,
            float @Nullable [] bias,
            MlpActivation activation,
            float[] out) {
        int n = w.rows();
        w.multiply(
                workers,
                x,
                (tile, stride, row, rows, column, columns) -> {
                    for (int r = 0; r < rows; r++) {
                        if (bias != null) {
                            Vectors.addScaled(1f, bias, column, tile, r * stride, columns);
                        }
                        activation.apply(tile, r * stride, columns);
                        System.arraycopy(tile, r * stride, out, (row + r) * n + column, columns);
                    }
                });
    }

    /// `out += X·Wᵀ + bias`.
    ///
    /// @param bias `[w.rows]`, or null for none
    /// @param out `[x.count, w.rows]`
    public static void add(
            Workers workers, Rows x, Factor w, float @Nullable [] bias, float[] out) {
        int n = w.rows();
        w.multiply(
                workers,
                x,
                (tile, stride, row, rows, column, columns) -> {
                    for (int r = 0; r < rows; r++) {
                        if (bias != null) {
                            Vectors.addScaled(1f, bias, column, tile, r * stride, columns);
                        }
                        addRow(tile, r * stride, out, (row + r) * n + column, columns);
                    }
                });
    }

    /// `y += x` for arrays of the same length.
    public static void add(float[] y, float[] x) {
        addRow(x, 0, y, 0, x.length);
    }

    /// `y += x` over `n` floats.
    static void addRow(float[] x, int xAt, float[] y, int yAt, int n) {
        int i = 0;
        for (; i + Tile.LANES <= n; i += Tile.LANES) {
            FloatVector.fromArray(Tile.SPECIES, x, xAt + i)
                    .add(FloatVector.fromArray(Tile.SPECIES, y, yAt + i))
                    .intoArray(y, yAt + i);
        }
        for (; i < n; i++) {
            y[yAt + i] += x[xAt + i];
        }
    }
}
