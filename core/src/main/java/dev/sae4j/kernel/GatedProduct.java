package dev.sae4j.kernel;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import org.jspecify.annotations.Nullable;

/// The first half of a gated feed-forward layer, `activation(X·Gᵀ + g) * (X·Uᵀ + u)`, as one product:
/// each panel of the matrix holds rows of the gate G in its first half and the same rows of U in its second, so
/// that both sums of an output meet while they are in the first-level cache.
public final class GatedProduct {

    private static final int PANEL = Gemm.TILE.columns();
    private static final int HALF = PANEL / 2;

    private final MlpActivation activation;
    private final int size;
    private final Factor both;
    private final float @Nullable [] bias; // in the order of the rows of both

    private GatedProduct(MlpActivation activation, int size, Factor both, float @Nullable [] bias) {
        this.activation = activation;
        this.size = size;
        this.both = both;
        this.bias = bias;
    }

    /// Makes the right factor of a product from its rows.
    public interface Keeping {
        Factor keep(int rows, int depth, PackedMatrix.RowSource source);
    }

    /// Rows of both, half a panel of each in turn; where a matrix has no more rows there are zeros.
    private record Interleaved(
            int size, int depth, PackedMatrix.RowSource gate, PackedMatrix.RowSource up)
            implements PackedMatrix.RowSource {
        int rows() {
            return Math.ceilDiv(size, HALF) * PANEL;
        }

        @Override
        public void read(int row, float[] target, int at) {
            read(row, 1, depth, target, at);
        }

        @Override
        public void read(int first, int count, int length, float[] target, int at) {
            int end = first + count;
            for (int row = first, n; row < end; row += n) {
                n = Math.min(end, row - row % HALF + HALF) - row;
                int source = row / PANEL * HALF + row % HALF;
                int there = Math.clamp(size - source, 0, n);
                int to = at + (row - first) * length;
                (row % PANEL < HALF ? gate : up).read(source, there, length, target, to);
                Arrays.fill(target, to + there * length, to + n * length, 0f);
            }
        }
    }

    /// Puts both matrices together.
    ///
    /// @param activation what the gate goes through
    /// @param size rows of each, the number of outputs
    /// @param depth length of a row
    /// @param gateBias `[size]`, or null for none
    /// @param upBias `[size]`, or null if `gateBias` is
    /// @param keeping how the rows of both are kept
    public static GatedProduct of(
            MlpActivation activation,
            int size,
            int depth,
            PackedMatrix.RowSource gate,
            PackedMatrix.RowSource up,
            float @Nullable [] gateBias,
            float @Nullable [] upBias,
            Keeping keeping) {
        var interleaved = new Interleaved(size, depth, gate, up);
        int rows = interleaved.rows();
        Factor both = keeping.keep(rows, depth, interleaved);
        float[] bias = null;
        if (gateBias != null && upBias != null) {
            bias = new float[rows];
            for (int row = 0; row < rows; row++) {
                int source = row / PANEL * HALF + row % HALF;
                if (source < size) {
                    bias[row] = (row % PANEL < HALF ? gateBias : upBias)[source];
                }
            }
        }
        return new GatedProduct(activation, size, both, bias);
    }

    /// Number of outputs.
    public int size() {
        return size;
    }

    /// Computes all outputs.
    ///
    /// @param out `[x.count, size]`
    public void multiply(Workers workers, Rows x, float[] out) {
        both.multiply(
                workers,
                x,
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
        if (MlpActivation.FIRST.takes(n)) {
            plainSiluGate(tile, at, half, 0, n, out, to);
            return;
        }
        int i = 0;
        for (; i + Tile.LANES <= n; i += Tile.LANES) {
            FloatVector g = FloatVector.fromArray(Tile.SPECIES, tile, at + i);
            FloatVector u = FloatVector.fromArray(Tile.SPECIES, tile, at + half + i);
            g.div(Exp.of(g.neg()).add(1f)).mul(u).intoArray(out, to + i);
        }
        if (i < n) {
            plainSiluGate(tile, at, half, i, n, out, to);
        }
    }

    /// The same from float `from` on. A method of its own, so that what comes after the first work
    /// is compiled without it.
    private static void plainSiluGate(
            float[] tile, int at, int half, int from, int n, float[] out, int to) {
        for (int i = from; i < n; i++) {
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
