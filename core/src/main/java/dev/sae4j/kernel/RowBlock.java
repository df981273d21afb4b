package dev.sae4j.kernel;

/// One thread's share of a product: a few hundred packed rows of the left factor against a run of
/// panels of the right one.
///
/// The depth is cut into stretches so that the rows' part of a stretch stays in the second-level
/// cache while every panel meets it. Sums that are not finished wait in a small buffer, a group of
/// panels at a time; a sum goes on where it was left off, so the cuts do not change its bits.
final class RowBlock {
    private static final Tile TILE = Gemm.TILE;
    private static final int MR = TILE.rows();
    private static final int NR = TILE.columns();

    /// Rows of up to so many columns are one stretch.
    private static final int WHOLE = 640;

    /// Most columns of a stretch of longer rows: short ones leave room for more rows in a block, so
    /// that each part of the right factor comes from memory less often.
    private static final int CHUNK = 320;

    /// Floats of a block's part of a stretch.
    private static final int PACKED_FLOATS = 96 * 1024;

    /// Floats of sums that wait.
    private static final int WAITING_FLOATS = 32 * 1024;

    private RowBlock() {}

    /// Columns of a stretch, of a row of `depth` columns.
    static int chunk(int depth) {
        return depth <= WHOLE ? depth : Math.ceilDiv(depth, Math.ceilDiv(depth, CHUNK));
    }

    /// Into how many blocks the rows are cut: a block's part of a stretch fits the cache, and every
    /// thread gets as many blocks as the others.
    static int count(int rows, int depth, int threads) {
        int most = Math.max(1, PACKED_FLOATS / Math.max(1, chunk(depth)) / Gemm.GROUP);
        int groups = Math.ceilDiv(rows, Gemm.GROUP);
        int each = Math.ceilDiv(Math.ceilDiv(groups, threads), most);
        return Math.min(groups, each * threads);
    }

    /// Takes the rows of a block.
    interface Body {
        /// @param first row of the block
        void run(int first, int count);
    }

    /// Cuts rows into blocks of about the same size, and runs all of them.
    static void forEach(Workers workers, int rows, int depth, Body body) {
        int blocks = count(rows, depth, workers.threads());
        long groups = Math.ceilDiv(rows, Gemm.GROUP);
        workers.forEach(
                blocks,
                i -> {
                    int first = (int) (groups * i / blocks * Gemm.GROUP);
                    int end = (int) Math.min(rows, groups * (i + 1) / blocks * Gemm.GROUP);
                    body.run(first, end - first);
                });
    }

    /// Multiplies and hands over each tile when it is finished, those of one row in ascending order
    /// of columns.
    ///
    /// @param x packed in stretches of [#chunk]
    /// @param firstRow what the sink is told to be the row of the block's first
    static void multiply(
            PackedRows x,
            int firstRow,
            PackedMatrix w,
            int fromPanel,
            int toPanel,
            Gemm.Sink sink) {
        int perPanel = x.strips() * MR * NR;
        boolean whole = chunk(w.depth()) == w.depth();
        int group = whole ? toPanel - fromPanel : Math.max(1, WAITING_FLOATS / perPanel);
        float[] waiting = new float[whole ? 0 : Math.min(group, toPanel - fromPanel) * perPanel];
        float[] tile = new float[MR * NR];
        for (int p = fromPanel; p < toPanel; p += group) {
            int end = Math.min(toPanel, p + group);
            multiplyGroup(x, firstRow, w, p, end, waiting, tile, sink);
        }
    }

    private static void multiplyGroup(
            PackedRows x,
            int firstRow,
            PackedMatrix w,
            int fromPanel,
            int toPanel,
            float[] waiting,
            float[] tile,
            Gemm.Sink sink) {
        int depth = w.depth();
        int chunk = chunk(depth);
        int k = 0;
        for (; k + chunk < depth; k += chunk) {
            for (int p = fromPanel; p < toPanel; p++) {
                start(x, k, chunk, w.panel(p), waiting, (p - fromPanel) * x.strips() * MR * NR);
            }
        }
        for (int p = fromPanel; p < toPanel; p++) {
            int at = (p - fromPanel) * x.strips() * MR * NR;
            int columns = Math.min(NR, w.rows() - p * NR);
            for (int s = 0; s < x.strips(); s++, at += MR * NR) {
                float[] from = k == 0 ? TILE.zeros() : waiting;
                int fromAt = k == 0 ? 0 : at;
                int a = x.at(s, k);
                TILE.extend(depth - k, x.values, a, w.panel(p), k * NR, from, fromAt, tile, 0);
                int rows = Math.min(MR, x.count() - s * MR);
                sink.accept(tile, NR, firstRow + s * MR, rows, p * NR, columns);
            }
        }
    }

    /// A stretch that is not the last, of one panel.
    private static void start(
            PackedRows x, int k, int chunk, float[] panel, float[] waiting, int panelAt) {
        int at = panelAt;
        for (int s = 0; s < x.strips(); s++, at += MR * NR) {
            float[] from = k == 0 ? TILE.zeros() : waiting;
            int fromAt = k == 0 ? 0 : at;
            int a = x.at(s, k);
            TILE.extend(chunk, x.values, a, panel, k * NR, from, fromAt, waiting, at);
        }
    }
}
