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

    static SparseCodes magnitude(
            Workers workers, PreActivations encoder, Rows x, float[] bias, int k) {
        var kept = new Kept(x.count(), k, new TopKRows(k, bias, null, true));
        encoder.multiply(workers, x, kept.top);
        return kept.codes(Float.NEGATIVE_INFINITY);
    }

    private static Kept keep(Workers workers, PreActivations encoder, Rows x, float[] bias, int k) {
        var kept = new Kept(x.count(), k, new TopKRows(k, bias));
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

        Kept(int rows, int k, TopKRows top) {
            this.rows = rows;
            this.k = k;
            this.top = top;
            this.value = new float[Math.multiplyExact(rows, k)];
            this.feature = new int[rows * k];
            top.begin(rows, value, feature);
        }

        /// Entries above `least` that are not zero. Compacts in place: the arrays become the codes'.
        SparseCodes codes(float least) {
            int[] rowStart = new int[rows + 1];
            int kept = 0;
            for (int r = 0; r < rows; r++) {
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
