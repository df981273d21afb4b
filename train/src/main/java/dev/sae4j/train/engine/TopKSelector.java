package dev.sae4j.train.engine;

import dev.sae4j.kernel.Gemm;
import dev.sae4j.kernel.PackedMatrix;
import dev.sae4j.kernel.Rows;
import dev.sae4j.kernel.Workers;
import dev.sae4j.sae.TopKRows;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The `k` best pre-activations of each row, and on request the `4k` best beside them.
final class TopKSelector implements Selector {
    private static final int BLOCK = 64;

    private final float[] bias;
    private final boolean byNorm;
    private final boolean absolute;
    private final boolean keepsZeros;
    private final boolean tiesAsTorch;
    private final @Nullable Entries wide;
    private float[] score = new float[0];
    private int[] column = new int[0];
    private double smallest = Double.NaN;

    /// @param bias `b_enc: [F]`
    /// @param byNorm true to rank by the pre-activation times the decoder row's norm
    /// @param absolute true to rank by magnitude and keep the sign
    /// @param keepsZeros true to keep selected entries that ReLU makes 0
    /// @param tiesAsTorch true to take the zeros that torch would take
    /// @param wide filled with the `4k` best; null for no such thing
    TopKSelector(
            float[] bias,
            boolean byNorm,
            boolean absolute,
            boolean keepsZeros,
            boolean tiesAsTorch,
            @Nullable Entries wide) {
        this.bias = bias;
        this.byNorm = byNorm;
        this.absolute = absolute;
        this.keepsZeros = keepsZeros;
        this.tiesAsTorch = tiesAsTorch;
        this.wide = wide;
    }

    @Override
    public boolean select(
            Workers workers,
            Rows x,
            PackedMatrix encoder,
            StepSettings settings,
            float[] norms,
            Entries out,
            Gemm.@Nullable Sink beside) {
        int k = Math.min(settings.k(), encoder.rows());
        int most = wide == null ? k : Math.min(4 * k, encoder.rows());
        int rows = x.count();
        int slots = Math.multiplyExact(rows, most);
        if (score.length < slots) {
            score = new float[slots];
            column = new int[slots];
        }
        float[] scale = byNorm ? norms : null;
        var top = new TopKRows(most, bias, scale, absolute);
        top.begin(rows, score, column);
        Gemm.multiplyByRows(workers, x, encoder, beside == null ? top : top.and(beside));
        out.reserve(rows, Math.multiplyExact(rows, k), false);
        if (wide != null) {
            wide.reserve(rows, slots, false);
        }
        workers.forEach(
                Math.ceilDiv(rows, BLOCK),
                b -> {
                    for (int r = b * BLOCK; r < Math.min(rows, (b + 1) * BLOCK); r++) {
                        row(r, most, k, encoder.rows(), scale, out);
                    }
                });
        smallest = smallestPositive(rows, most);
        out.compact();
        if (wide != null) {
            wide.compact();
        }
        return true;
    }

    /// Writes a row's slots; `rowStart` first holds how many of them are used.
    private void row(int r, int most, int k, int features, float @Nullable [] scale, Entries out) {
        int from = r * most;
        if (wide != null) {
            copy(r, from, most, Float.NEGATIVE_INFINITY, most, most, scale, wide);
            float[] sorted = Arrays.copyOfRange(score, from, from + most);
            Arrays.sort(sorted);
            float least = sorted[most - k];
            int above = 0;
            for (int i = most - 1; i >= 0 && sorted[i] > least; i--) {
                above++;
            }
            copy(r, from, most, least, k - above, k, scale, out);
        } else if (!tiesAsTorch || !takeTies(r, from, k, features, out)) {
            copy(r, from, most, Float.NEGATIVE_INFINITY, k, k, scale, out);
        }
    }

    /// Copies the slots above `least`, and `ties` of those equal to it, to row `r` of `to`.
    private void copy(
            int r,
            int from,
            int slots,
            float least,
            int ties,
            int stride,
            float @Nullable [] scale,
            Entries to) {
        int n = r * stride;
        int left = ties;
        for (int i = from; i < from + slots; i++) {
            float s = score[i];
            if (s < least || (s == least && left-- <= 0) || s == Float.NEGATIVE_INFINITY) {
                continue;
            }
            if (!absolute && !keepsZeros && !(s > 0)) {
                continue;
            }
            to.feature[n] = column[i];
            to.pre[n++] = scale == null ? s : unscaled(s, scale[column[i]]);
        }
        to.row[r] = n - r * stride;
    }

    /// The pre-activation of a score. A decoder row of zeros has score 0, whatever it was: then 0.
    static float unscaled(float score, float norm) {
        return norm == 0 ? 0 : score / norm;
    }

    /// A row with fewer than `k` positive scores: the others are zeros, taken as torch does.
    ///
    /// @return false if the row has enough, or torch takes the smaller indices anyway
    private boolean takeTies(int r, int from, int k, int features, Entries to) {
        int positive = 0;
        for (int i = from; i < from + k; i++) {
            positive += score[i] > 0 ? 1 : 0;
        }
        if (positive == k || !TorchTies.applies(k, features)) {
            return false;
        }
        float[] row = new float[features];
        for (int i = from; i < from + k; i++) {
            row[column[i]] = Math.max(0, score[i]);
        }
        int[] kept = TorchTies.kept(row, k);
        Arrays.sort(kept);
        for (int i = 0; i < k; i++) {
            to.feature[r * k + i] = kept[i];
            to.pre[r * k + i] = row[kept[i]];
        }
        to.row[r] = k;
        return true;
    }

    /// Mean over rows of the row's smallest positive score; infinite if a row has none.
    private double smallestPositive(int rows, int slots) {
        double sum = 0;
        for (int r = 0; r < rows; r++) {
            float least = Float.POSITIVE_INFINITY;
            for (int i = r * slots; i < (r + 1) * slots; i++) {
                if (score[i] > 0) {
                    least = Math.min(least, score[i]);
                }
            }
            sum += least;
        }
        return sum / rows;
    }

    @Override
    public double smallestKept() {
        return smallest;
    }
}
