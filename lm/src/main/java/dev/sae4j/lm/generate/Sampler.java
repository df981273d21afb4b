package dev.sae4j.lm.generate;

import dev.sae4j.io.Sae4jException;
import java.util.PriorityQueue;
import java.util.SplittableRandom;

/// Draws tokens as a [Sampling] says. Not for sharing between threads.
final class Sampler {
    /// Candidates looked at first where nobody says how many.
    private static final int SOME = 256;

    private final Sampling sampling;
    private final SplittableRandom random;

    Sampler(Sampling sampling) {
        this.sampling = sampling;
        this.random = new SplittableRandom(sampling.seed());
    }

    /// The next token.
    ///
    /// @param logits `[V]`
    int next(float[] logits) {
        int best = best(logits);
        if (sampling.temperature() == 0) {
            return best;
        }
        if (sampling.topK() == 0 && sampling.topP() == 1) {
            return ofAll(logits, logits[best]);
        }
        return ofLikeliest(logits, logits[best]);
    }

    private static int best(float[] logits) {
        int best = 0;
        for (int i = 0; i < logits.length; i++) {
            if (Float.isNaN(logits[i]) || logits[i] == Float.POSITIVE_INFINITY) {
                throw new Sae4jException(
                        "the model's logits hold NaN or infinity: its weights are damaged, or what was done to its inner state was too strong");
            }
            best = logits[i] > logits[best] ? i : best;
        }
        return best;
    }

    private double weight(float logit, float max) {
        return Math.exp(((double) logit - max) / sampling.temperature());
    }

    private int ofAll(float[] logits, float max) {
        double[] sums = new double[logits.length];
        double total = 0;
        for (int i = 0; i < logits.length; i++) {
            total += weight(logits[i], max);
            sums[i] = total;
        }
        return drawn(sums, logits.length);
    }

    /// The first place whose sum is above a random share of the last.
    private int drawn(double[] sums, int n) {
        double target = random.nextDouble() * sums[n - 1];
        int i = 0;
        while (sums[i] <= target) {
            i++;
        }
        return i;
    }

    private int ofLikeliest(float[] logits, float max) {
        boolean limited = sampling.topK() > 0;
        double all = 0;
        if (!limited) {
            for (float logit : logits) {
                all += weight(logit, max);
            }
        }
        int count = Math.min(logits.length, limited ? sampling.topK() : SOME);
        while (true) {
            int[] candidates = largest(logits, count);
            double[] sums = new double[count];
            double total = 0;
            for (int i = 0; i < count; i++) {
                total += weight(logits[candidates[i]], max);
                sums[i] = total;
            }
            double wanted = sampling.topP() * (limited ? total : all);
            if (total >= wanted || count == logits.length) {
                int n = 1;
                while (n < count && sums[n - 1] < wanted) {
                    n++;
                }
                return candidates[drawn(sums, n)];
            }
            count = (int) Math.min(logits.length, 8L * count);
        }
    }

    /// Places of the `count` largest, the largest first; of equals the first.
    private static int[] largest(float[] x, int count) {
        var kept = new PriorityQueue<Long>(count);
        long least = Long.MIN_VALUE;
        for (int i = 0; i < x.length; i++) {
            long key = key(x[i], i);
            if (kept.size() < count) {
                kept.add(key);
                least = kept.element();
            } else if (key > least) {
                kept.remove();
                kept.add(key);
                least = kept.element();
            }
        }
        int[] places = new int[count];
        for (int i = count - 1; i >= 0; i--) {
            places[i] = Integer.MAX_VALUE - (int) (kept.remove() & Integer.MAX_VALUE);
        }
        return places;
    }

    /// Ordered as the numbers are, and the earlier place above the later one of equals.
    private static long key(float x, int place) {
        int bits = Float.floatToIntBits(x + 0f); // -0 becomes 0
        int ordered = bits ^ (bits >> 31 & Integer.MAX_VALUE);
        return (long) ordered << 32 | (Integer.MAX_VALUE - place);
    }
}
