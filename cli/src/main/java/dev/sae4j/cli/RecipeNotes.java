package dev.sae4j.cli;

import dev.sae4j.train.recipe.Levels;
import dev.sae4j.train.recipe.Recipe;
import java.util.ArrayList;
import java.util.List;

/// What a recipe does that its text does not say.
final class RecipeNotes {
    private RecipeNotes() {}

    /// @param dIn width of the activations
    static List<String> of(List<Recipe> recipes, int dIn) {
        List<String> notes = new ArrayList<>();
        for (Recipe recipe : recipes) {
            Levels levels = recipe.loss().levels();
            int features = recipe.features(dIn);
            if (levels != null && levels.widths() != null) {
                List<Integer> used = levels.widths(features);
                if (!used.equals(levels.widths())) {
                    notes.add(
                            "recipe '%s': the levels %s do not end at %d features (d_sae); trained with %s"
                                    .formatted(recipe.name(), levels.widths(), features, used));
                }
            }
        }
        return notes;
    }
}
