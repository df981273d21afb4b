package dev.sae4j.train.sweep;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.UsageException;
import dev.sae4j.io.Yaml;
import dev.sae4j.train.recipe.Nearest;
import dev.sae4j.train.recipe.Recipe;
import dev.sae4j.train.recipe.RecipeFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Makes cells of what a sweep file says, key by key.
///
/// @param source what errors call the file
/// @param file where recipe files are looked for: beside it; null for a preset
/// @param settings `key.path=value`, laid over what the file sets for all cells
record SweepParser(String source, @Nullable Path file, List<String> settings) {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final List<String> KEYS =
            List.of("about", "recipe", "set", "grid", "cells", "validation");
    private static final List<String> VALIDATION = List.of("one_in", "rows");
    private static final int MOST_CELLS = 1000;

    Sweep parse(ObjectNode tree) {
        known("", tree, KEYS);
        ObjectNode set = mapping("set", tree.get("set"));
        ObjectNode common = JSON.objectNode();
        merge(set, common);
        settings.forEach(setting -> merge(setting(setting), common));
        Map<String, JsonNode> grid = grid(mapping("grid", tree.get("grid")));
        List<ObjectNode> cells = cells(tree.get("cells"));
        if (grid.isEmpty() && cells.isEmpty()) {
            throw failure("there is neither 'grid' nor 'cells': nothing would differ between SAEs");
        }
        if (cells.isEmpty()) {
            cells = List.of(JSON.objectNode());
        }
        long count = cells.size();
        for (JsonNode values : grid.values()) {
            count *= values.size(); // each at most a million, and checked every time
            if (count > MOST_CELLS) {
                throw failure(
                        "there are more than %d cells: sweep over less".formatted(MOST_CELLS));
            }
        }
        List<Recipe> recipes = new ArrayList<>();
        for (int i = 0; i < cells.size(); i++) {
            requireApart(i, cells.get(i), grid);
            Recipe base = base(i, cells.get(i), tree.get("recipe"));
            ObjectNode own = cells.get(i).deepCopy();
            own.remove("recipe");
            for (ObjectNode combination : combinations(grid)) {
                recipes.add(recipe(i, base, List.of(common, own, combination), recipes.size()));
            }
        }
        return new Sweep(source, named(recipes), heldOut(tree.get("validation")));
    }

    private Recipe base(int cell, ObjectNode own, @Nullable JsonNode common) {
        boolean isOwn = own.has("recipe");
        JsonNode name = isOwn ? own.get("recipe") : common;
        String place = isOwn ? "cells[%d].recipe".formatted(cell) : "recipe";
        if (name == null) {
            throw failure("'recipe' is missing: expected a preset or a recipe file");
        }
        if (!name.isString()) {
            throw failure("'%s' is %s: expected a preset or a recipe file".formatted(place, name));
        }
        String said = name.asString();
        try {
            if (file != null && said.matches(".*\\.(ya?ml|json)")) {
                return RecipeFiles.read(file.resolveSibling(said));
            }
            return RecipeFiles.open(said);
        } catch (UsageException e) {
            throw failure("'%s': %s".formatted(place, e.getMessage()));
        }
    }

    /// @param layers what is laid over the base, in this order
    private Recipe recipe(int cell, Recipe base, List<ObjectNode> layers, int number) {
        ObjectNode settings = JSON.objectNode();
        layers.forEach(layer -> merge(layer, settings));
        settings.put("name", Integer.toString(number)); // until all are known
        Map<String, JsonNode> byKey = new LinkedHashMap<>();
        settings.properties().forEach(e -> byKey.put(e.getKey(), e.getValue()));
        boolean ownSettings = !layers.get(1).isEmpty();
        Recipe recipe =
                RecipeFiles.with(
                        ownSettings ? "%s: cells[%d]".formatted(source, cell) : source,
                        base,
                        byKey);
        if (recipe.skip()) {
            throw failure("'skip' is true: a sweep trains autoencoders, transcoders need 'train'");
        }
        return recipe;
    }

    private static ObjectNode setting(String setting) {
        int at = setting.indexOf('=');
        if (at < 1 || setting.contains("\n")) {
            throw new UsageException(
                    "[--set %s] expected key=value, such as learning_rate.peak=1e-4"
                            .formatted(setting));
        }
        try {
            ObjectNode value =
                    Yaml.parseObject(Path.of("--set"), "value: " + setting.substring(at + 1));
            return JSON.objectNode().set(setting.substring(0, at), value.get("value"));
        } catch (Sae4jException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
    }

    /// Lays mappings over each other; keys may be paths.
    private static void merge(ObjectNode from, ObjectNode into) {
        from.properties()
                .forEach(e -> {
                    ObjectNode inner = into;
                    String[] path = e.getKey().split("\\.", -1);
                    for (int i = 0; i < path.length - 1; i++) {
                        inner = inside(inner, path[i].strip());
                    }
                    String last = path[path.length - 1].strip();
                    if (e.getValue() instanceof ObjectNode mapping) {
                        merge(mapping, inside(inner, last));
                    } else {
                        inner.set(last, e.getValue());
                    }
                });
    }

    private static ObjectNode inside(ObjectNode node, String key) {
        if (node.get(key) instanceof ObjectNode there) {
            return there;
        }
        ObjectNode made = JSON.objectNode();
        node.set(key, made);
        return made;
    }

    private List<SweepCell> named(List<Recipe> recipes) {
        List<String> names = CellNames.of(recipes);
        Map<Map<String, String>, String> seen = new LinkedHashMap<>();
        List<SweepCell> cells = new ArrayList<>();
        for (int i = 0; i < recipes.size(); i++) {
            Map<String, String> values = new LinkedHashMap<>(RecipeFiles.values(recipes.get(i)));
            values.remove("name");
            values.remove("about");
            String twin = seen.putIfAbsent(values, names.get(i));
            if (twin != null) {
                throw failure("cell '%s' is there twice: leave one of the two out".formatted(twin));
            }
            Map<String, String> name = Map.of("name", names.get(i));
            cells.add(new SweepCell(names.get(i), RecipeFiles.with(source, recipes.get(i), name)));
        }
        return cells;
    }

    private Map<String, JsonNode> grid(ObjectNode said) {
        Map<String, JsonNode> grid = new LinkedHashMap<>();
        said.properties()
                .forEach(e -> {
                    JsonNode values = e.getValue();
                    if (!values.isArray() || values.isEmpty()) {
                        throw failure(
                                "'grid.%s' is %s: expected a list of values, such as [4, 8, 16]"
                                        .formatted(e.getKey(), shown(values)));
                    }
                    grid.put(e.getKey(), values);
                });
        return grid;
    }

    private List<ObjectNode> cells(@Nullable JsonNode said) {
        List<ObjectNode> cells = new ArrayList<>();
        if (said == null) {
            return cells;
        }
        if (!said.isArray() || said.isEmpty()) {
            throw failure(
                    "'cells' is %s: expected a list of mappings, such as [{activation.k: 64}]"
                            .formatted(shown(said)));
        }
        for (JsonNode cell : said) {
            cells.add(mapping("cells[%d]".formatted(cells.size()), cell));
        }
        return cells;
    }

    /// A value that both the cell and the grid give would be lost.
    private void requireApart(int cell, ObjectNode own, Map<String, JsonNode> grid) {
        for (String key : leaves("", own)) {
            for (String other : grid.keySet()) {
                if ((key + ".").startsWith(other + ".") || (other + ".").startsWith(key + ".")) {
                    throw failure(
                            "'cells[%d].%s' and 'grid.%s' say the same thing: leave one of them out"
                                    .formatted(cell, key, other));
                }
            }
        }
    }

    private static List<String> leaves(String path, ObjectNode node) {
        List<String> leaves = new ArrayList<>();
        node.properties()
                .forEach(e -> {
                    String place = path + e.getKey();
                    if (e.getValue() instanceof ObjectNode inner) {
                        leaves.addAll(leaves(place + ".", inner));
                    } else {
                        leaves.add(place);
                    }
                });
        return leaves;
    }

    /// Every combination of the lists' values, the last key changing fastest.
    private static List<ObjectNode> combinations(Map<String, JsonNode> grid) {
        List<ObjectNode> all = List.of(JSON.objectNode());
        for (Map.Entry<String, JsonNode> entry : grid.entrySet()) {
            List<ObjectNode> longer = new ArrayList<>();
            for (ObjectNode head : all) {
                for (JsonNode value : entry.getValue()) {
                    ObjectNode next = head.deepCopy();
                    next.set(entry.getKey(), value);
                    longer.add(next);
                }
            }
            all = longer;
        }
        return all;
    }

    private Sweep.HeldOut heldOut(@Nullable JsonNode said) {
        ObjectNode node = mapping("validation", said);
        known("validation.", node, VALIDATION);
        Sweep.HeldOut usual = Sweep.HeldOut.USUAL;
        return new Sweep.HeldOut(
                number(node, "one_in", 2, usual.oneIn()), number(node, "rows", 1, usual.rows()));
    }

    private int number(ObjectNode node, String key, int least, int usual) {
        JsonNode value = node.get(key);
        if (value == null) {
            return usual;
        }
        if (!value.isIntegralNumber() || !value.canConvertToInt() || value.asInt() < least) {
            throw failure(
                    "'validation.%s' is %s: expected a whole number from %d"
                            .formatted(key, shown(value), least));
        }
        return value.asInt();
    }

    private ObjectNode mapping(String place, @Nullable JsonNode node) {
        if (node == null) {
            return JSON.objectNode();
        }
        if (node instanceof ObjectNode mapping) {
            return mapping;
        }
        throw failure("'%s' is %s: expected a mapping".formatted(place, shown(node)));
    }

    private void known(String path, ObjectNode node, List<String> keys) {
        for (String name : node.propertyNames()) {
            if (!keys.contains(name)) {
                throw failure(
                        "'%s%s' is not known%s: %s has the keys %s"
                                .formatted(
                                        path,
                                        name,
                                        Nearest.suggestion(name, keys),
                                        path.isEmpty() ? "a sweep" : "'validation'",
                                        String.join(", ", keys)));
            }
        }
    }

    private UsageException failure(String message) {
        return new UsageException("[%s] %s".formatted(source, message));
    }

    private static String shown(JsonNode node) {
        String text = node.toString();
        return text.length() <= 60 ? text : text.substring(0, 57) + "...";
    }
}
