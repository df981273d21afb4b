package dev.sae4j.train.sweep;

import dev.sae4j.train.recipe.Recipe;
import dev.sae4j.train.recipe.RecipeFiles;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// Finds what tells the recipes of a sweep apart. All methods give values by key path, in the order
/// of recipes, and by the recipe's name.
final class Varying {
    private static final Set<String> NOT_TRAINING = Set.of("name", "about");
    private static final String ACTIVATION = "activation.";
    private static final String TYPE = "activation.type";

    private Varying() {}

    /// What differs between any two, keys of one architecture only among those of it.
    static Map<String, Map<String, String>> of(List<Recipe> recipes) {
        Map<String, Map<String, String>> within = withinArchitectures(recipes);
        Map<String, Map<String, String>> values = values(recipes);
        values.entrySet()
                .removeIf(e -> {
                    String key = e.getKey();
                    boolean ofOne = key.startsWith(ACTIVATION) && !key.equals(TYPE);
                    return ofOne ? !within.containsKey(key) : isOne(e.getValue());
                });
        return values;
    }

    /// What differs between recipes of one architecture; values of those only.
    static Map<String, Map<String, String>> withinArchitectures(List<Recipe> recipes) {
        Map<String, List<Recipe>> byType =
                recipes.stream().collect(Collectors.groupingBy(Varying::type));
        Map<String, Map<String, String>> all = values(recipes); // for the order of keys
        all.values().forEach(Map::clear);
        for (List<Recipe> alike : byType.values()) {
            values(alike)
                    .forEach((key, values) -> {
                        if (!isOne(values)) {
                            all.computeIfAbsent(key, k -> new LinkedHashMap<>()).putAll(values);
                        }
                    });
        }
        all.values().removeIf(Map::isEmpty);
        return all;
    }

    private static String type(Recipe recipe) {
        return String.valueOf(RecipeFiles.values(recipe).get(TYPE));
    }

    private static boolean isOne(Map<String, String> values) {
        return new HashSet<>(values.values()).size() < 2;
    }

    private static Map<String, Map<String, String>> values(List<Recipe> recipes) {
        Map<String, Map<String, String>> values = new LinkedHashMap<>();
        for (Recipe recipe : recipes) {
            RecipeFiles.values(recipe)
                    .forEach((key, value) -> {
                        if (!NOT_TRAINING.contains(key)) {
                            values.computeIfAbsent(key, k -> new LinkedHashMap<>())
                                    .put(recipe.name(), value);
                        }
                    });
        }
        return values;
    }
}
