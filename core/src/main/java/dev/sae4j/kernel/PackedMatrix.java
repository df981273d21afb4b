package dev.sae4j.kernel;

import java.util.Arrays;

/// A matrix `W: [rows, depth]` (rows are outputs) in the order in which products `X·Wᵀ` read it:
/// panels of [Tile#columns()] rows, each stored `[depth, columns]`, the last one filled up with
/// zeros.
public final class PackedMatrix implements Factor {
    private final int rows;
    private final int depth;
    private final int panelRows;
    private final float[][] panels; // [ceil(rows / panelRows)][depth * panelRows]

    private PackedMatrix(int rows, int depth, int panelRows, float[][] panels) {
        this.rows = rows;
        this.depth = depth;
        this.panelRows = panelRows;
        this.panels = panels;
    }

    /// Where the values come from: fills `target` with row `row`, `depth` floats from `at`.
    public interface RowSource {
        void read(int row, float[] target, int at);

        /// Fills `target` from `at` with rows `first .. first + count`, `[count, depth]`.
        default void read(int first, int count, int depth, float[] target, int at) {
            for (int i = 0; i < count; i++) {
                read(first + i, target, at + i * depth);
            }
        }

        /// Fills a panel with rows `first .. first + count` as its first columns,
        /// `[depth, stride]`. Sources that keep rows as columns do this without turning them round.
        default void readPanel(int first, int count, int depth, float[] panel, int stride) {
            float[] block = new float[Math.multiplyExact(count, depth)];
            read(first, count, depth, block, 0);
            var transpose = new Transpose();
            transpose.apply(block, 0, depth, count, depth, null, 0, panel, 0, stride);
        }
    }

    /// A matrix of zeros, to be filled with [#pack].
    public static PackedMatrix allocate(int rows, int depth) {
        int panelRows = Gemm.TILE.columns();
        float[][] panels = new float[Math.ceilDiv(rows, panelRows)][];
        for (int p = 0; p < panels.length; p++) {
            panels[p] = new float[Math.multiplyExact(depth, panelRows)];
        }
        return new PackedMatrix(rows, depth, panelRows, panels);
    }

    /// Packs a row-major array `[rows, depth]`.
    public static PackedMatrix of(Workers workers, float[] values, int rows, int depth) {
        PackedMatrix packed = allocate(rows, depth);
        packed.pack(workers, values);
        return packed;
    }

    /// Packs rows from wherever they are.
    public static PackedMatrix of(Workers workers, int rows, int depth, RowSource source) {
        PackedMatrix packed = allocate(rows, depth);
        packed.pack(workers, source);
        return packed;
    }

    /// Replaces all values.
    public void pack(Workers workers, RowSource source) {
        workers.forEach(panelCount(), p -> packPanel(p, source));
    }

    /// Replaces all values by those of a row-major array `[rows, depth]`.
    public void pack(Workers workers, float[] values) {
        pack(workers, values, 0);
    }

    void pack(Workers workers, float[] values, int at) {
        workers.forEach(
                panelCount(),
                p -> {
                    int first = p * panelRows;
                    int count = Math.min(panelRows, rows - first);
                    int from = at + first * depth;
                    new Transpose()
                            .apply(
                                    values, from, depth, count, depth, null, 0, panels[p], 0,
                                    panelRows);
                    clearRest(panels[p], count, depth);
                });
    }

    /// As [#pack], from an array `[depth, rows]`.
    void packColumns(Workers workers, float[] values, int at) {
        workers.forEach(
                panelCount(),
                p -> {
                    int first = p * panelRows;
                    int count = Math.min(panelRows, rows - first);
                    for (int k = 0; k < depth; k++) {
                        int from = at + k * rows + first;
                        System.arraycopy(values, from, panels[p], k * panelRows, count);
                    }
                    clearRest(panels[p], count, depth);
                });
    }

    private void packPanel(int p, RowSource source) {
        packPanel(
                source, p * panelRows, Math.min(panelRows, rows - p * panelRows), depth, panels[p]);
    }

    /// Packs rows `first .. first + count` of a source into one panel, `[depth, panelRows]`.
    static void packPanel(RowSource source, int first, int count, int depth, float[] panel) {
        int panelRows = Gemm.TILE.columns();
        source.readPanel(first, count, depth, panel, panelRows);
        clearRest(panel, count, depth);
    }

    private static void clearRest(float[] panel, int count, int depth) {
        int panelRows = Gemm.TILE.columns();
        if (count < panelRows) {
            for (int k = 0; k < depth; k++) {
                Arrays.fill(panel, k * panelRows + count, (k + 1) * panelRows, 0f);
            }
        }
    }

    @Override
    public int rows() {
        return rows;
    }

    @Override
    public int depth() {
        return depth;
    }

    @Override
    public void multiply(Workers workers, Rows x, Gemm.Sink sink) {
        Gemm.multiply(workers, x, this, sink);
    }

    @Override
    public void multiplyByRows(Workers workers, Rows x, Gemm.Sink sink) {
        Gemm.multiplyByRows(workers, x, this, sink);
    }

    int panelRows() {
        return panelRows;
    }

    int panelCount() {
        return Math.ceilDiv(rows, panelRows);
    }

    float[] panel(int p) {
        return panels[p];
    }
}
