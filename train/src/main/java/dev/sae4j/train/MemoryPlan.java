package dev.sae4j.train;

import dev.sae4j.io.Sae4jException;

/// What a training run will take, known before it starts.
///
/// @param weights bytes of weights, of Adam's two moments, of the packed encoder and of the spare
///     copy that is kept in case of a failure: `5·2·D·F + D·F` floats and a few vectors
/// @param batch bytes of one batch: inputs, errors (twice with the auxiliary loss) and active slots
public record MemoryPlan(long weights, long batch) {
    private static final int SPARE_COPIES = 2;

    /// The plan for a recipe on activations of width `dIn`.
    public static MemoryPlan of(Recipe recipe, int dIn) {
        long matrix = 4L * dIn * recipe.dSae();
        long weights = matrix * (2 * (3 + SPARE_COPIES) + 1) + 4L * recipe.dSae() * 16;
        long aux = recipe.aux().coefficient() > 0 ? 1 : 0;
        long rowFloats = (2 + aux) * (long) dIn + 4L * recipe.k() + aux * 4L * recipe.aux().k();
        return new MemoryPlan(weights, 4L * recipe.batch() * rowFloats);
    }

    public long total() {
        return weights + batch;
    }

    /// Refuses a run that does not fit.
    ///
    /// @param available bytes the heap may grow to
    public void check(Recipe recipe, int dIn, long available) {
        long arrayLimit = Integer.MAX_VALUE - 16;
        if ((long) dIn * recipe.dSae() > arrayLimit || (long) dIn * recipe.batch() > arrayLimit) {
            throw new Sae4jException(
                    "d_in = %d times d_sae = %d or batch = %d is more than %d floats, the most one matrix may have here: choose a smaller width or batch"
                            .formatted(dIn, recipe.dSae(), recipe.batch(), arrayLimit));
        }
        if (total() > available) {
            throw new Sae4jException(
                    "training %d features of width %d with batch %d needs %s of memory (%s for weights and optimiser, %s for a batch), but the heap may only grow to %s: choose fewer features, a smaller batch, or allow more with SAE4J_OPTS=-Xmx%dg"
                            .formatted(
                                    recipe.dSae(),
                                    dIn,
                                    recipe.batch(),
                                    gigabytes(total()),
                                    gigabytes(weights),
                                    gigabytes(batch),
                                    gigabytes(available),
                                    Math.ceilDiv(total() * 5 / 4, 1L << 30)));
        }
    }

    private static String gigabytes(long bytes) {
        return "%.1f GB".formatted(bytes / 1e9);
    }
}
