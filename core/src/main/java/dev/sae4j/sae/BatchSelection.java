package dev.sae4j.sae;

import java.util.Arrays;

/// The exact rule of BatchTopK: the largest activations of a whole batch.
final class BatchSelection {
    private BatchSelection() {}

    /// Keeps the `(int) (k · rows)` largest entries of all rows, and all that tie with the last.
    static SparseCodes largest(SparseCodes positive, double k) {
        long keep = (long) (k * positive.rows());
        if (keep >= positive.entries()) {
            return positive;
        }
        float[] sorted = Arrays.copyOf(positive.value(), positive.entries());
        Arrays.parallelSort(sorted);
        float least = keep == 0 ? Float.POSITIVE_INFINITY : sorted[(int) (sorted.length - keep)];
        var kept = new CodesBuilder(positive.rows(), (int) keep);
        for (int r = 0; r < positive.rows(); r++) {
            for (int i = positive.rowStart()[r]; i < positive.rowStart()[r + 1]; i++) {
                if (positive.value()[i] >= least) {
                    kept.add(positive.feature()[i], positive.value()[i]);
                }
            }
            kept.endRow();
        }
        return kept.codes();
    }
}
