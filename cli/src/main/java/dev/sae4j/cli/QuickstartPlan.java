package dev.sae4j.cli;

import dev.sae4j.lm.Hook;
import dev.sae4j.lm.LanguageModel;
import dev.sae4j.lm.TokenBatch;
import dev.sae4j.lm.harvest.HarvestOptions;
import dev.sae4j.train.recipe.Recipe;
import dev.sae4j.train.recipe.RecipeFiles;
import java.util.List;
import java.util.Map;

/// What a quick start is going to do.
///
/// @param model what `--model` said
/// @param texts what to train and to evaluate on
/// @param harvest hook, tokens, context, positions
/// @param dSae features of the SAE
/// @param k features active per token
/// @param rows rows to train on
/// @param seed of everything random
record QuickstartPlan(
        String model,
        Inputs.Texts texts,
        HarvestOptions harvest,
        int dSae,
        int k,
        long rows,
        long seed) {
    /// Rows of held-out text to evaluate on.
    static final long EVALUATION_ROWS = 50_000;

    private static final long MOST_TOKENS = 1_000_000;
    private static final long FEWEST_TOKENS = 50_000;

    /// Floating-point operations that two cores do in about a minute.
    private static final double FLOP_BUDGET = 8e12;

    /// Tokens to harvest from a model if nobody says how many.
    static long usualTokens(LanguageModel model, Hook hook) {
        int length = 32;
        TokenBatch one = TokenBatch.of(List.of(new int[length]));
        double perToken = (double) model.flops(one, hook) / length;
        long affordable = Math.round(FLOP_BUDGET / perToken / 1000) * 1000;
        return Math.clamp(affordable, FEWEST_TOKENS, MOST_TOKENS);
    }

    /// How the SAE is trained: sae4j's own TopK.
    Recipe recipe() {
        Recipe usual = RecipeFiles.preset("topk");
        return RecipeFiles.with(
                usual,
                Map.of(
                        "features",
                        dSae,
                        "activation.k",
                        k,
                        "tokens",
                        rows,
                        "batch",
                        Math.clamp(rows, 1, usual.batch()),
                        "seed",
                        seed));
    }

    /// Rows to evaluate on: no more than a tenth of what was harvested, if that is less.
    HarvestOptions evaluation() {
        return new HarvestOptions(
                harvest.hook(),
                Math.clamp(harvest.tokens() / 10, 1, EVALUATION_ROWS),
                harvest.context(),
                harvest.exclude(),
                harvest.dtype(),
                harvest.batchTokens());
    }
}
