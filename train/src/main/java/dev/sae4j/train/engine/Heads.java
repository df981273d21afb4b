package dev.sae4j.train.engine;

import dev.sae4j.io.UsageException;
import dev.sae4j.train.recipe.Architecture;
import dev.sae4j.train.recipe.Dead;
import dev.sae4j.train.recipe.Recipe;
import dev.sae4j.train.recipe.Sparsity;
import org.jspecify.annotations.Nullable;

/// Which parts an architecture is trained with.
final class Heads {
    private Heads() {}

    static Head of(Recipe recipe) {
        Sparsity sparsity = recipe.loss().sparsity();
        return switch (recipe.activation()) {
            case Architecture.Relu _ -> new PlainHead(lp(sparsity, "relu"), false, false, 0);
            case Architecture.Gated _ -> new GatedHead(lp(sparsity, "gated"));
            case Architecture.TopK a ->
                    new PlainHead(lp(sparsity, "topk"), false, a.zerosTrain(), 0);
            case Architecture.AbsTopK _ -> new PlainHead(none(sparsity, "abstopk"), true, false, 0);
            case Architecture.BatchTopK _ ->
                    new PlainHead(lp(sparsity, "batchtopk"), false, false, 0);
            case Architecture.GroupMax _ -> new PlainHead(lp(sparsity, "groupmax"), false, true, 0);
            case Architecture.JumpRelu a when a.learned() ->
                    new JumpReluHead(a, notLp(sparsity), recipe.loss().preActCoefficient());
            case Architecture.JumpRelu a ->
                    new PlainHead(lp(sparsity, "jumprelu"), false, false, (float) a.threshold());
            case Architecture.MatchingPursuit _ ->
                    throw new IllegalStateException("matching pursuit has a step of its own");
        };
    }

    private static @Nullable Sparsity lp(@Nullable Sparsity sparsity, String architecture) {
        if (sparsity == null || sparsity instanceof Sparsity.Lp) {
            return sparsity;
        }
        throw new UsageException(
                "loss.sparsity: an L0 term needs learned thresholds, which %s does not have; use type lp"
                        .formatted(architecture));
    }

    private static @Nullable Sparsity none(@Nullable Sparsity sparsity, String architecture) {
        if (sparsity == null) {
            return null;
        }
        throw new UsageException("loss.sparsity: %s has no sparsity term".formatted(architecture));
    }

    private static @Nullable Sparsity notLp(@Nullable Sparsity sparsity) {
        if (sparsity instanceof Sparsity.Lp) {
            throw new UsageException(
                    "loss.sparsity: jumprelu with learned thresholds takes l0, tanh_l0 or target_l0, not lp");
        }
        return sparsity;
    }

    static Selector selector(
            Recipe recipe, Head head, Parameters weights, @Nullable Entries wide, double most) {
        float[] bias = weights.encoderBias().value();
        boolean byNorm = recipe.rankByDecoderNorm();
        boolean selected = recipe.dead().fired() == Dead.Fired.SELECTED;
        return switch (recipe.activation()) {
            case Architecture.TopK a ->
                    new TopKSelector(
                            bias, byNorm, false, selected || a.zerosTrain(), a.zerosTrain(), wide);
            case Architecture.AbsTopK _ -> new TopKSelector(bias, byNorm, true, true, false, null);
            case Architecture.BatchTopK a -> new BatchTopKSelector(a.k(), bias, byNorm);
            case Architecture.GroupMax a -> new GroupMaxSelector(a.k(), bias);
            case Architecture.Gated _ -> new ThresholdSelector(head, new float[bias.length], most);
            case Architecture.Relu _, Architecture.JumpRelu _ ->
                    new ThresholdSelector(head, bias, most);
            case Architecture.MatchingPursuit _ ->
                    throw new IllegalStateException("matching pursuit selects for itself");
        };
    }

    /// True if steps need the norms of the decoder rows.
    static boolean needsNorms(Recipe recipe) {
        return recipe.rankByDecoderNorm()
                || recipe.loss().preActCoefficient() > 0
                || (recipe.loss().sparsity() instanceof Sparsity.Lp lp && lp.byDecoderNorm())
                || recipe.loss().sparsity() instanceof Sparsity.TanhL0;
    }
}
