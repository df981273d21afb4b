package dev.sae4j.sae;

import dev.sae4j.kernel.Gemm;
import dev.sae4j.kernel.PackedMatrix;
import dev.sae4j.kernel.Rows;
import dev.sae4j.kernel.Workers;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Keeps the largest positive scores of a whole batch while the tiles of a product leave the
/// registers, so that the `[B, F]` matrix is never written down.
///
/// Only scores above a guess are written down, the guess being a little below what the last kept
/// score of the batches before was. The choice among them is exact; if they are too few, the guess was
/// too high and the product is done again with a lower one. What is kept never depends on the guess.
public final class BatchTopKRows {
    /// Scores that a guess should let through, as a multiple of those to be kept.
    private static final double MARGIN = 1.15;

    /// The same for a guess made from a few rows.
    private static final double SAMPLE_MARGIN = 1.3;

    /// Batches whose smallest guess is taken. Batches differ, and one product too many costs more than
    /// many scores too many.
    private static final int RECENT = 8;

    /// Rows that the first guess is made from.
    private static final int SAMPLE = 48;

    private float[] lower = new float[0]; // [F], all the same
    private final float[] recent = new float[RECENT]; // what was right for the last batches
    private int batches;

    /// Keeps the `n` largest positive scores `(x·Wᵀ + bias) · scale`, or all if they are fewer. Ties
    /// go to the smaller row, then to the smaller feature.
    ///
    /// @param w `[F, D]`
    /// @param bias `[F]`
    /// @param scale `[F]`, or null for ones
    /// @param n entries to keep
    /// @param out the kept scores
    /// @param beside gets all products too, some of them twice; null for nobody
    public void select(
            Workers workers,
            Rows x,
            PackedMatrix w,
            float[] bias,
            float @Nullable [] scale,
            long n,
            CodesBuffer out,
            Gemm.@Nullable Sink beside) {
        if (n <= 0) {
            out.clear(x.count());
            return;
        }
        Hits hits = out.hits();
        float limit = batches == 0 ? sampled(workers, x, w, bias, scale, n, hits) : guess();
        collect(workers, x, w, bias, scale, limit, hits, beside);
        if (limit > 0 && hits.size() < n) {
            float again = sampled(workers, x, w, bias, scale, n, hits);
            limit = Math.min(again, 0.8f * limit);
            collect(workers, x, w, bias, scale, limit, hits, beside);
        }
        while (limit > 0 && hits.size() < n) {
            limit = limit > Float.MIN_NORMAL ? limit * 0.5f : 0;
            collect(workers, x, w, bias, scale, limit, hits, beside);
        }
        var histogram = new FloatHistogram();
        histogram.add(hits);
        recent[batches++ % RECENT] = right(histogram, n, limit);
        if (histogram.size() <= n) {
            out.fill(workers);
        } else {
            out.fill(workers, histogram.largest(n, hits), n);
        }
    }

    /// Forgets the batches before.
    public void reset() {
        batches = 0;
    }

    private float guess() {
        float least = recent[0];
        for (int i = 1; i < Math.min(batches, RECENT); i++) {
            least = Math.min(least, recent[i]);
        }
        return least;
    }

    private void collect(
            Workers workers,
            Rows x,
            PackedMatrix w,
            float[] bias,
            float @Nullable [] scale,
            float limit,
            Hits hits,
            Gemm.@Nullable Sink beside) {
        if (lower.length != bias.length) {
            lower = new float[bias.length];
        }
        Arrays.fill(lower, limit);
        hits.begin(x.count());
        Gemm.Sink above = new AboveRows(hits, bias, scale, lower, Long.MAX_VALUE);
        Gemm.multiplyByRows(workers, x, w, beside == null ? above : above.and(beside));
    }

    /// A guess from evenly spaced rows.
    private float sampled(
            Workers workers,
            Rows x,
            PackedMatrix w,
            float[] bias,
            float @Nullable [] scale,
            long n,
            Hits hits) {
        int step = Math.max(1, x.count() / SAMPLE);
        int count = Math.ceilDiv(x.count(), step);
        if (step == 1) {
            return 0; // the sample would be the batch
        }
        var some =
                new Rows(
                        x.values(),
                        x.start(),
                        Math.multiplyExact(x.stride(), step),
                        count,
                        x.width(),
                        x.subtracted());
        collect(workers, some, w, bias, scale, 0, hits, null);
        var histogram = new FloatHistogram();
        histogram.add(hits);
        long rank = (long) Math.ceil(SAMPLE_MARGIN * n * count / x.count());
        return rank > histogram.size() ? 0 : histogram.floor(rank);
    }

    /// What the guess should have been.
    private static float right(FloatHistogram histogram, long n, float limit) {
        long rank = (long) Math.ceil(MARGIN * n);
        if (rank <= histogram.size()) {
            return histogram.floor(rank);
        }
        return 0.95f * limit;
    }
}
