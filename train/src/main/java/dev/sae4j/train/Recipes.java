package dev.sae4j.train;

/// Recipes to start from.
public final class Recipes {
    private Recipes() {}

    /// sae4j's own TopK: Gaussian decoder of norm 1 with a tied start, mean `b_dec`, inputs scaled to
    /// mean squared norm 1, Adam with a short memory, AuxK.
    ///
    /// The learning rate follows `1/sqrt(d_sae)` (Gao et al. 2024) from 3e-3 at 4,096 features,
    /// higher than usual because a run of one or two million rows has only a thousand or two steps.
    /// A tenth of the rows without firing makes a feature dead, but no more than 10 million.
    ///
    /// @param dIn width of the activations
    /// @param dSae number of features
    /// @param k features kept per token
    /// @param rows training rows in all
    /// @param seed of everything random
    public static Recipe topK(int dIn, int dSae, int k, long rows, long seed) {
        int batch = Math.clamp(rows, 1, 1024);
        long steps = Math.max(1, rows / batch);
        return new Recipe(
                "topk",
                dSae,
                k,
                rows,
                batch,
                new Recipe.Schedule(
                        3e-3 * Math.sqrt(4096.0 / Math.max(1, dSae)),
                        (int) Math.min(100, steps / 10),
                        0.7),
                new Recipe.Adam(0.9, 0.99, 1e-8),
                new Recipe.AuxLoss(
                        1 / 32.0, Math.clamp(dIn / 2, 1, 32), Math.clamp(rows / 10, 1, 10_000_000)),
                new Recipe.Decoder(Recipe.DecoderInit.GAUSSIAN, true),
                Recipe.BiasInit.MEAN,
                Recipe.InputScale.UNIT_MEAN_SQUARE,
                seed);
    }
}
