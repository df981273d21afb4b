package dev.sae4j.kernel;

/// Single-precision matrix products `X·Wᵀ` against packed weights.
///
/// Work is cut into blocks of rows, owned by one thread each; a block is packed once and meets every
/// panel of `W`, which is so read from memory once a block. Sums run over k in ascending order: the
/// result does not depend on threads or on how the work is cut.
public final class Gemm {
    static final Tile TILE = Tile.best();

    /// Rows that stay together: however a product is cut by rows, tiles of rows `n * GROUP` to
    /// `(n + 1) * GROUP` come from one thread. At most 16.
    public static final int GROUP = Math.ceilDiv(12, TILE.rows()) * TILE.rows();

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

        /// Hands each tile to another sink, too.
        default Sink and(Sink other) {
            return (tile, stride, row, rows, column, columns) -> {
                accept(tile, stride, row, rows, column, columns);
                other.accept(tile, stride, row, rows, column, columns);
            };
        }
    }

    /// Computes all of `X·Wᵀ` and hands each tile to `sink`. For any one row of X, tiles arrive in
    /// ascending order of columns and from one thread.
    public static void multiplyByRows(Workers workers, Rows x, PackedMatrix w, Sink sink) {
        check(x, w);
        RowBlock.forEach(
                workers,
                x.count(),
                w.depth(),
                (first, count) -> {
                    var packed = PackedRows.of(x.slice(first, count), RowBlock.chunk(w.depth()));
                    RowBlock.multiply(packed, first, w, 0, w.panelCount(), sink);
                });
    }

    /// As [#multiplyByRows], but when there are few rows the outputs are shared out between the
    /// threads, so that tiles of one row come in any order.
    public static void multiply(Workers workers, Rows x, PackedMatrix w, Sink sink) {
        check(x, w);
        int blocks = RowBlock.count(x.count(), w.depth(), workers.threads());
        if (blocks >= workers.threads() || w.panelCount() == 1) {
            multiplyByRows(workers, x, w, sink);
        } else {
            var packed = PackedRows.of(x, RowBlock.chunk(w.depth()));
            int parts = Math.min(w.panelCount(), workers.threads() * 4);
            workers.forEach(
                    parts,
                    i -> {
                        int from = (int) ((long) w.panelCount() * i / parts);
                        int to = (int) ((long) w.panelCount() * (i + 1) / parts);
                        RowBlock.multiply(packed, 0, w, from, to, sink);
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
        float[] packed = PackedRows.of(x, depth).values;
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
}
