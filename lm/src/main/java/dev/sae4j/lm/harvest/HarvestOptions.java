package dev.sae4j.lm.harvest;

import dev.sae4j.io.DType;
import dev.sae4j.io.UsageException;
import dev.sae4j.lm.Hook;

/// What to harvest.
///
/// @param hook where in the model, unless several hooks are named beside
/// @param tokens rows to keep; the harvest ends there, or with the text
/// @param context most tokens in a context, BOS counted
/// @param contexts how documents become contexts
/// @param exclude positions to leave out
/// @param dtype element type in a store: BF16, F16 or F32
/// @param batchTokens tokens that the model runs on at once, about
public record HarvestOptions(
        Hook hook,
        long tokens,
        int context,
        ContextRule contexts,
        Exclusion exclude,
        DType dtype,
        int batchTokens) {
    private static final int USUAL_CONTEXT = 128;
    private static final int USUAL_BATCH = 2048;

    public HarvestOptions {
        if (tokens < 1) {
            throw new UsageException("tokens must be at least 1, got " + tokens);
        }
        if (context < 2) {
            throw new UsageException("context must be at least 2 tokens, got " + context);
        }
        if (dtype != DType.BF16 && dtype != DType.F16 && dtype != DType.F32) {
            throw new UsageException("activations are stored as BF16, F16 or F32, not as " + dtype);
        }
        if (batchTokens < 1) {
            throw new UsageException("batchTokens must be at least 1, got " + batchTokens);
        }
    }

    /// Each document alone, long ones in several contexts.
    public HarvestOptions(
            Hook hook, long tokens, int context, Exclusion exclude, DType dtype, int batchTokens) {
        this(hook, tokens, context, ContextRule.SPLIT, exclude, dtype, batchTokens);
    }

    /// The same with contexts made by another rule.
    public HarvestOptions with(ContextRule rule) {
        return new HarvestOptions(hook, tokens, context, rule, exclude, dtype, batchTokens);
    }

    /// The usual choices: contexts of 128 tokens, bf16, first position and special tokens left out.
    public static HarvestOptions of(Hook hook, long tokens) {
        return new HarvestOptions(
                hook, tokens, USUAL_CONTEXT, Exclusion.FIRST_AND_SPECIAL, DType.BF16, USUAL_BATCH);
    }
}
