package dev.sae4j.sae;

import dev.sae4j.kernel.Rows;
import dev.sae4j.kernel.Workers;

/// The three rules that keep `k` features of each row: the largest, then ReLU; the largest with
/// their sign; the largest in magnitude.
final class TopK {
    private TopK() {}

    static SparseCodes positive(
            Workers workers, PreActivations encoder, Rows x, float[] bias, int k) {
        Kept kept = keep(workers, encoder, x, bias, k);
        return kept.codes(0);
    }

    static SparseCodes signed(
            Workers workers, PreActivations encoder, Rows x, float[] bias, int k) {
        Kept kept = keep(workers, encoder, x, bias, k);
        return kept.codes(Float.NEGATIVE_INFINITY);
    }

    /// The `k` largest of `|z|` are among the `k` largest of `z` and the `k` largest of `-z`.
    static SparseCodes magnitude(
            Workers workers, PreActivations encoder, Rows x, float[] bias, int k) {
        int rows = x.count();
        Kept up = new Kept(rows, k, bias);
        Kept down = new Kept(rows, k, negated(bias));
        encoder.multiply(
                workers,
                x,
                (tile, stride, row, n, first, columns) -> {
                    float[] negative = negated(tile);
                    up.top.accept(tile, stride, row, n, first, columns);
                    down.top.accept(negative, stride, row, n, first, columns);
                });
        var all = new CodesBuilder(rows, rows * k);
        for (int r = 0; r < rows; r++) {
            merge(up, down, r, k, all);
        }
        return all.codes();
    }

    /// Of two lists of `k` entries of a row, the `k` largest in magnitude, ties to the smaller
    /// feature.
    private static void merge(Kept up, Kept down, int row, int k, CodesBuilder target) {
        long[] keys = new long[2 * k]; // magnitude descending, then feature, then side
        int n = 0;
        for (int i = row * k; i < (row + 1) * k; i++) {
            n = offer(keys, n, up, i, 0);
            n = offer(keys, n, down, i, 1);
        }
        java.util.Arrays.sort(keys, 0, n);
        int kept = Math.min(k, n);
        int[] features = new int[kept];
        for (int i = 0; i < kept; i++) {
            features[i] = (int) keys[i];
        }
        java.util.Arrays.sort(features);
        for (int entry : features) {
            int feature = entry >> 1;
            Kept side = (entry & 1) == 0 ? up : down;
            float magnitude = side.valueOf(row, feature);
            target.add(feature, (entry & 1) == 0 ? magnitude : -magnitude);
        }
        target.endRow();
    }

    private static int offer(long[] keys, int n, Kept side, int at, int sign) {
        float value = side.value[at];
        if (!(value > 0)) {
            return n; // the other side has it, or it is zero
        }
        long order = ~Float.floatToRawIntBits(value) & 0x7fffffffL; // larger values first
        keys[n] = order << 32 | ((long) side.feature[at] << 1 | sign);
        return n + 1;
    }

    private static float[] negated(float[] values) {
        float[] negative = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            negative[i] = -values[i];
        }
        return negative;
    }

    private static Kept keep(Workers workers, PreActivations encoder, Rows x, float[] bias, int k) {
        var kept = new Kept(x.count(), k, bias);
        encoder.multiply(workers, x, kept.top);
        return kept;
    }

    /// The `k` largest values of each row.
    private static final class Kept {
        final int rows;
        final int k;
        final TopKRows top;
        final float[] value; // [rows, k]
        final int[] feature; // [rows, k]

        Kept(int rows, int k, float[] bias) {
            this.rows = rows;
            this.k = k;
            this.top = new TopKRows(k, bias);
            this.value = new float[Math.multiplyExact(rows, k)];
            this.feature = new int[rows * k];
            top.begin(rows, value, feature);
        }

        float valueOf(int row, int column) {
            for (int i = row * k; i < (row + 1) * k; i++) {
                if (feature[i] == column) {
                    return value[i];
                }
            }
            throw new IllegalStateException("feature " + column + " is not in row " + row);
        }

        /// Entries above `least` that are not zero. Compacts in place: the arrays become the codes'.
        SparseCodes codes(float least) {
            int[] rowStart = new int[rows + 1];
            int kept = 0;
            for (int r = 0; r < rows; r++) {
                top.sortByColumn(r);
                for (int i = r * k; i < (r + 1) * k; i++) {
                    if (value[i] > least && value[i] != 0) {
                        value[kept] = value[i];
                        feature[kept++] = feature[i];
                    }
                }
                rowStart[r + 1] = kept;
            }
            return new SparseCodes(rows, rowStart, feature, value);
        }
    }
}
