package dev.sae4j.kernel;

import java.util.Arrays;

/// Single-precision matrix products `X·Wᵀ` against packed weights.
///
/// Work is cut into blocks of rows, owned by one thread each; a block is packed once and meets every
/// panel of `W` in turn, so a panel is read from cache while a block lasts. Sums run over k in
/// ascending order in one register: the result does not depend on threads or on block boundaries.
public final class Gemm {
    static final Tile TILE = Tile.best();

    /// Floats of a packed block of rows that stay in the second-level cache beside a panel.
    private static final int BLOCK_FLOATS = 96 * 1024;

    /// Products that plain loops do before vector code would be compiled.
    private static final long FEW_PRODUCTS = 1 << 25;

    private Gemm() {}

    /// Takes the finished tiles of a product as they leave the registers.
    public interface Sink {
        /// @param tile sums `[rows, stride]` of which the first `columns` of each row count
        /// @param stride floats from one row of the tile to the next
        /// @param row first row of X
        /// @param rows number of rows
        /// @param column first row of W (output)
        /// @param columns number of outputs
        void accept(float[] tile, int stride, int row, int rows, int column, int columns);
    }

    /// Computes all of `X·Wᵀ` and hands each tile to `sink`. For any one row of X, tiles arrive in
    /// ascending order of columns and from one thread.
    public static void multiplyByRows(Workers workers, Rows x, PackedMatrix w, Sink sink) {
        check(x, w);
        int blockRows = blockRows(x.count(), w.depth(), workers.threads());
        workers.forEach(
                Math.ceilDiv(x.count(), blockRows),
                i -> {
                    int first = i * blockRows;
                    int count = Math.min(blockRows, x.count() - first);
                    block(x.slice(first, count), first, w, 0, w.panelCount(), sink);
                });
    }

    /// As [#multiplyByRows], but when there are few rows the outputs are shared out between the
    /// threads, so that tiles of one row come in any order.
    public static void multiply(Workers workers, Rows x, PackedMatrix w, Sink sink) {
        check(x, w);
        int blockRows = blockRows(x.count(), w.depth(), workers.threads());
        int blocks = Math.ceilDiv(x.count(), blockRows);
        if (blocks >= workers.threads() || w.panelCount() == 1) {
            multiplyByRows(workers, x, w, sink);
        } else {
            int parts = Math.min(w.panelCount(), workers.threads() * 4);
            workers.forEach(
                    parts,
                    i -> {
                        int from = (int) ((long) w.panelCount() * i / parts);
                        int to = (int) ((long) w.panelCount() * (i + 1) / parts);
                        block(x, 0, w, from, to, sink);
                    });
        }
    }

    /// `out = X·Wᵀ`, row-major `[x.count, w.rows]`, from index 0.
    public static void multiply(Workers workers, Rows x, PackedMatrix w, float[] out) {
        int n = w.rows();
        multiply(
                workers,
                x,
                w,
                (tile, stride, row, rows, column, columns) -> {
                    for (int r = 0; r < rows; r++) {
                        System.arraycopy(tile, r * stride, out, (row + r) * n + column, columns);
                    }
                });
    }

    /// `out = X·Wᵀ`, row-major `[x.count, outputs]`, for a matrix that is used once: each panel is
    /// packed, multiplied and forgotten. Same sums in the same order as with a packed matrix.
    ///
    /// @param outputs rows of W
    /// @param w gives the rows of W, `x.width` floats each
    public static void multiplyOnce(
            Workers workers, Rows x, int outputs, PackedMatrix.RowSource w, float[] out) {
        long products = (long) x.count() * outputs * x.width();
        multiplyOnce(workers, x, outputs, w, out, products <= FEW_PRODUCTS);
    }

    /// @param plain true for plain loops: they are quick at once, while vector code takes a third of
    ///     a second to be compiled
    static void multiplyOnce(
            Workers workers,
            Rows x,
            int outputs,
            PackedMatrix.RowSource w,
            float[] out,
            boolean plain) {
        int mr = TILE.rows();
        int nr = TILE.columns();
        int depth = x.width();
        float[] packed = new float[Math.ceilDiv(x.count(), mr) * mr * depth];
        packRows(x, packed, mr);
        int panels = Math.ceilDiv(outputs, nr);
        int parts = Math.min(panels, workers.threads() * 8);
        workers.forEach(
                parts,
                i -> {
                    float[] panel = new float[depth * nr];
                    float[] tile = new float[mr * nr];
                    int to = (int) ((long) panels * (i + 1) / parts);
                    for (int p = (int) ((long) panels * i / parts); p < to; p++) {
                        int columns = Math.min(nr, outputs - p * nr);
                        PackedMatrix.packPanel(w, p * nr, columns, depth, panel);
                        for (int row = 0; row < x.count(); row += mr) {
                            int rows = Math.min(mr, x.count() - row);
                            if (plain) {
                                Scalar.tile(depth, packed, row * depth, mr, rows, panel, nr, tile);
                            } else {
                                TILE.multiply(depth, packed, row * depth, panel, 0, tile);
                            }
                            for (int r = 0; r < rows; r++) {
                                int at = (row + r) * outputs + p * nr;
                                System.arraycopy(tile, r * nr, out, at, columns);
                            }
                        }
                    }
                });
    }

    private static void check(Rows x, PackedMatrix w) {
        if (x.width() != w.depth()) {
            throw new IllegalArgumentException(
                    "rows of %d floats do not fit a matrix of depth %d"
                            .formatted(x.width(), w.depth()));
        }
    }

    /// Rows per block: as many as fit the cache, but few enough that every thread gets some.
    private static int blockRows(int count, int depth, int threads) {
        int mr = TILE.rows();
        int fit = Math.max(1, BLOCK_FLOATS / (depth * mr)) * mr;
        int share = Math.ceilDiv(Math.ceilDiv(count, threads), mr) * mr;
        return Math.max(mr, Math.min(fit, share));
    }

    private static void block(
            Rows x, int firstRow, PackedMatrix w, int fromPanel, int toPanel, Sink sink) {
        int mr = TILE.rows();
        int nr = w.panelRows();
        int depth = w.depth();
        int strips = Math.ceilDiv(x.count(), mr);
        float[] packed = new float[strips * mr * depth];
        packRows(x, packed, mr);
        float[] tile = new float[mr * nr];
        for (int p = fromPanel; p < toPanel; p++) {
            float[] panel = w.panel(p);
            int columns = Math.min(nr, w.rows() - p * nr);
            for (int s = 0; s < strips; s++) {
                TILE.multiply(depth, packed, s * mr * depth, panel, 0, tile);
                int rows = Math.min(mr, x.count() - s * mr);
                sink.accept(tile, nr, firstRow + s * mr, rows, p * nr, columns);
            }
        }
    }

    /// Strips of `mr` rows, each `[depth, mr]`, the last filled up with zeros.
    private static void packRows(Rows x, float[] packed, int mr) {
        int depth = x.width();
        float[] subtracted = x.subtracted();
        for (int row = 0; row < x.count(); row++) {
            int to = (row / mr) * mr * depth + row % mr;
            int from = x.at(row);
            float[] values = x.values();
            if (subtracted == null) {
                for (int k = 0; k < depth; k++, to += mr) {
                    packed[to] = values[from + k];
                }
            } else {
                for (int k = 0; k < depth; k++, to += mr) {
                    packed[to] = values[from + k] - subtracted[k];
                }
            }
        }
        int rest = x.count() % mr;
        if (rest != 0) {
            int base = (x.count() / mr) * mr * depth;
            for (int k = 0; k < depth; k++) {
                Arrays.fill(packed, base + k * mr + rest, base + (k + 1) * mr, 0f);
            }
        }
    }
}
