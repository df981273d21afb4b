package dev.sae4j.train;

import dev.sae4j.io.UsageException;
import dev.sae4j.train.engine.Parameters;
import dev.sae4j.train.recipe.Architecture;
import dev.sae4j.train.recipe.Recipe;

/// Which tensors a recipe trains on activations of some width.
final class Shapes {
    private Shapes() {}

    static Parameters.Shape of(Recipe recipe, int dIn, int dOut) {
        int features = recipe.features(dIn);
        double k =
                switch (recipe.activation()) {
                    case Architecture.TopK a -> a.k();
                    case Architecture.AbsTopK a -> a.k();
                    case Architecture.BatchTopK a -> a.k();
                    case Architecture.GroupMax a -> a.k();
                    default -> 1;
                };
        if (k > features) {
            throw new UsageException(
                    "activation.k is %s, but there are %d features (d_sae): expected at most that"
                            .formatted(k == Math.rint(k) ? Long.toString((long) k) : k, features));
        }
        if (recipe.activation() instanceof Architecture.GroupMax g && features % g.k() != 0) {
            throw new UsageException(
                    "features is %d, which are no %d groups of equal size: choose a multiple of k"
                            .formatted(features, g.k()));
        }
        return new Parameters.Shape(
                dIn,
                dOut,
                features,
                recipe.activation() instanceof Architecture.MatchingPursuit,
                recipe.inputBias() == Recipe.InputBias.OWN,
                recipe.activation() instanceof Architecture.JumpRelu j && j.learned(),
                recipe.activation() instanceof Architecture.Gated,
                recipe.skip());
    }
}
