package dev.sae4j.kernel;

import jdk.incubator.vector.FloatVector;
import org.jspecify.annotations.Nullable;

/// The first half of a gated feed-forward layer, `activation(X·Gᵀ + g) * (X·Uᵀ + u)`, as one product:
/// each panel holds rows of the gate G in its first half and the same rows of U in its second, so
/// that both sums of an output meet while they are in the first-level cache.
public final class GatedProduct {
    private final MlpActivation activation;
    private final int size;
    private final PackedMatrix packed;
    private final float @Nullable [] bias; // in the order of the packed rows

    private GatedProduct(
            MlpActivation activation, int size, PackedMatrix packed, float @Nullable [] bias) {
        this.activation = activation;
        this.size = size;
        this.packed = packed;
        this.bias = bias;
    }

    /// Packs both matrices.
    ///
    /// @param activation what the gate goes through
    /// @param size rows of each, the number of outputs
    /// @param depth length of a row
    /// @param gateBias `[size]`, or null for none
    /// @param upBias `[size]`, or null if `gateBias` is
    public static GatedProduct of(
            Workers workers,
            MlpActivation activation,
            int size,
            int depth,
            PackedMatrix.RowSource gate,
            PackedMatrix.RowSource up,
            float @Nullable [] gateBias,
            float @Nullable [] upBias) {
        int panel = Gemm.TILE.columns();
        int half = panel / 2;
        int rows = Math.ceilDiv(size, half) * panel;
        PackedMatrix packed =
                PackedMatrix.of(
                        workers,
                        rows,
                        depth,
                        (row, target, at) -> {
                            int source = row / panel * half + row % half;
                            if (source >= size) {
                                java.util.Arrays.fill(target, at, at + depth, 0f);
                            } else {
                                (row % panel < half ? gate : up).read(source, target, at);
                            }
                        });
        float[] bias = null;
        if (gateBias != null && upBias != null) {
            bias = new float[rows];
            for (int row = 0; row < rows; row++) {
                int source = row / panel * half + row % half;
                if (source < size) {
                    bias[row] = (row % panel < half ? gateBias : upBias)[source];
                }
            }
        }
        return new GatedProduct(activation, size, packed, bias);
    }

    /// Number of outputs.
    public int size() {
        return size;
    }

    /// Computes all outputs.
    ///
    /// @param out `[x.count, size]`
    public void multiply(Workers workers, Rows x, float[] out) {
        Gemm.multiply(
                workers,
                x,
                packed,
                (tile, stride, row, rows, column, columns) -> {
                    int half = columns / 2;
                    int first = column / 2;
                    int n = Math.min(half, size - first);
                    for (int r = 0; r < rows; r++) {
                        if (bias != null) {
                            Vectors.addScaled(1f, bias, column, tile, r * stride, columns);
                        }
                        int to = (row + r) * size + first;
                        if (activation == MlpActivation.SILU) {
                            siluGate(tile, r * stride, half, n, out, to);
                        } else {
                            activation.apply(tile, r * stride, n);
                            gate(tile, r * stride, half, n, out, to);
                        }
                    }
                });
    }

    private static void siluGate(float[] tile, int at, int half, int n, float[] out, int to) {
        int i = 0;
        for (; i + Tile.LANES <= n; i += Tile.LANES) {
            FloatVector g = FloatVector.fromArray(Tile.SPECIES, tile, at + i);
            FloatVector u = FloatVector.fromArray(Tile.SPECIES, tile, at + half + i);
            g.div(Exp.of(g.neg()).add(1f)).mul(u).intoArray(out, to + i);
        }
        for (; i < n; i++) {
            float g = tile[at + i];
            out[to + i] = g / (Exp.of(-g) + 1f) * tile[at + half + i];
        }
    }

    private static void gate(float[] tile, int at, int half, int n, float[] out, int to) {
        int i = 0;
        for (; i + Tile.LANES <= n; i += Tile.LANES) {
            FloatVector.fromArray(Tile.SPECIES, tile, at + i)
                    .mul(FloatVector.fromArray(Tile.SPECIES, tile, at + half + i))
                    .intoArray(out, to + i);
        }
        for (; i < n; i++) {
            out[to + i] = tile[at + i] * tile[at + half + i];
        }
    }
}
