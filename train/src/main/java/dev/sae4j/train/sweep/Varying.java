package dev.sae4j.train.sweep;

import dev.sae4j.train.recipe.Recipe;
import dev.sae4j.train.recipe.RecipeFiles;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Finds what tells the recipes of a sweep apart.
final class Varying {
    private static final Set<String> NOT_TRAINING = Set.of("name", "about");
    private static final String TYPE = "activation.type";

    private Varying() {}

    /// Values by key path and recipe name. A key that only some architectures have varies if it
    /// does among those.
    static Map<String, Map<String, String>> of(List<Recipe> recipes) {
        Map<String, Map<String, String>> values = new LinkedHashMap<>();
        Map<String, Map<String, Set<String>>> perType = new LinkedHashMap<>();
        for (Recipe recipe : recipes) {
            Map<String, String> all = RecipeFiles.values(recipe);
            String type = String.valueOf(all.get(TYPE));
            all.forEach((key, value) -> {
                values.computeIfAbsent(key, k -> new LinkedHashMap<>()).put(recipe.name(), value);
                perType.computeIfAbsent(key, k -> new LinkedHashMap<>())
                        .computeIfAbsent(key.equals(TYPE) ? TYPE : type, k -> new HashSet<>())
                        .add(value);
            });
        }
        values.keySet()
                .removeIf(key ->
                        NOT_TRAINING.contains(key)
                                || perType.get(key).values().stream().allMatch(v -> v.size() < 2));
        return values;
    }
}
