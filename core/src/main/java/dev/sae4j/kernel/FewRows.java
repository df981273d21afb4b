package dev.sae4j.kernel;

import org.jspecify.annotations.Nullable;

/// Products `X·Wᵀ` of a few rows with a matrix that stays where it lies: its rows are read one after
/// the other and met by all rows of X, and nothing is kept. A row or two cost hardly more than the
/// reading, while packing moves every weight once more.
///
/// Plain loops, because they are quick at once: the first text of a process is over before vector
/// code would be compiled. Eight sums run side by side, each in ascending order, so the bits are
/// those of [Gemm].
public final class FewRows {
    /// More rows than this are better served by packing first.
    public static final int MOST = 16;

    private static final int SIDE_BY_SIDE = 8;
    private static final int NR = Gemm.TILE.columns();

    private FewRows() {}

    /// Computes all of `X·Wᵀ` and hands it over in tiles of all rows.
    ///
    /// @param outputs rows of W
    /// @param w gives the rows of W, `x.width` floats each
    public static void multiply(
            Workers workers, Rows x, int outputs, PackedMatrix.RowSource w, Gemm.Sink sink) {
        int depth = x.width();
        float[] rows = dense(x);
        int panels = Math.ceilDiv(outputs, NR);
        int parts = Math.min(panels, workers.threads() * 8);
        workers.forEach(
                parts,
                i -> {
                    float[] block = new float[Math.multiplyExact(NR, depth)];
                    float[] tile = new float[x.count() * NR];
                    int to = (int) ((long) panels * (i + 1) / parts);
                    for (int p = (int) ((long) panels * i / parts); p < to; p++) {
                        int columns = Math.min(NR, outputs - p * NR);
                        w.read(p * NR, columns, depth, block, 0);
                        for (int row = 0; row < x.count(); row++) {
                            dots(rows, row * depth, block, columns, depth, tile, row * NR);
                        }
                        sink.accept(tile, NR, 0, x.count(), p * NR, columns);
                    }
                });
    }

    private static float[] dense(Rows x) {
        float[] rows = new float[x.count() * x.width()];
        float @Nullable [] subtracted = x.subtracted();
        for (int row = 0; row < x.count(); row++) {
            int to = row * x.width();
            System.arraycopy(x.values(), x.at(row), rows, to, x.width());
            for (int k = 0; subtracted != null && k < x.width(); k++) {
                rows[to + k] -= subtracted[k];
            }
        }
        return rows;
    }

    /// One row of X with `columns` rows of W, `[columns, depth]`.
    private static void dots(
            float[] x, int xAt, float[] w, int columns, int depth, float[] out, int outAt) {
        int column = 0;
        for (; column + SIDE_BY_SIDE <= columns; column += SIDE_BY_SIDE) {
            eight(x, xAt, w, column * depth, depth, out, outAt + column);
        }
        for (; column < columns; column++) {
            float sum = 0;
            for (int k = 0; k < depth; k++) {
                sum = Math.fma(x[xAt + k], w[column * depth + k], sum);
            }
            out[outAt + column] = sum;
        }
    }

    private static void eight(
            float[] x, int xAt, float[] w, int wAt, int depth, float[] out, int outAt) {
        float s0 = 0;
        float s1 = 0;
        float s2 = 0;
        float s3 = 0;
        float s4 = 0;
        float s5 = 0;
        float s6 = 0;
        float s7 = 0;
        for (int k = 0; k < depth; k++) {
            float a = x[xAt + k];
            s0 = Math.fma(a, w[wAt + k], s0);
            s1 = Math.fma(a, w[wAt + depth + k], s1);
            s2 = Math.fma(a, w[wAt + 2 * depth + k], s2);
            s3 = Math.fma(a, w[wAt + 3 * depth + k], s3);
            s4 = Math.fma(a, w[wAt + 4 * depth + k], s4);
            s5 = Math.fma(a, w[wAt + 5 * depth + k], s5);
            s6 = Math.fma(a, w[wAt + 6 * depth + k], s6);
            s7 = Math.fma(a, w[wAt + 7 * depth + k], s7);
        }
        out[outAt] = s0;
        out[outAt + 1] = s1;
        out[outAt + 2] = s2;
        out[outAt + 3] = s3;
        out[outAt + 4] = s4;
        out[outAt + 5] = s5;
        out[outAt + 6] = s6;
        out[outAt + 7] = s7;
    }
}
