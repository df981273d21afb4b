package dev.sae4j.train.recipe;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.UsageException;
import dev.sae4j.io.Yaml;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Recipes as files: small YAML mappings whose keys are the components of [Recipe] in snake case.
///
/// A file says what differs from the plain defaults (`defaults.yaml`), or, with `like: NAME`, from a
/// preset. All errors are [UsageException]s that name the file and the place in it; text that is not
/// YAML at all is a [Sae4jException].
public final class RecipeFiles {
    private static final String LIKE = "like";

    private RecipeFiles() {}

    /// The presets that come with sae4j, those of one origin side by side.
    public static List<String> names() {
        return Presets.NAMES;
    }

    /// A preset by its name.
    public static Recipe preset(String name) {
        if (!Presets.NAMES.contains(name)) {
            throw unknown(name);
        }
        return checked(name, Presets.tree(name));
    }

    /// Reads a recipe file.
    public static Recipe read(Path file) {
        ObjectNode tree = Yaml.readObject(file);
        String source = String.valueOf(file.getFileName());
        if (!tree.has("name")) {
            tree.put("name", source.replaceFirst("\\.[a-zA-Z]+$", ""));
        }
        return checked(source, onDefaults(source, tree));
    }

    /// A preset, or a file if the name ends as one or is one.
    public static Recipe open(String nameOrFile) {
        if (Presets.NAMES.contains(nameOrFile)) {
            return preset(nameOrFile);
        }
        if (nameOrFile.matches(".*(\\.ya?ml|\\.json|[/\\\\].*)")
                || Files.exists(Path.of(nameOrFile))) {
            return read(Path.of(nameOrFile));
        }
        throw unknown(nameOrFile);
    }

    /// A recipe in which some keys have other values.
    ///
    /// @param settings `key.path=value` with values as in YAML (`1e-4`, `10M`, `null`, `[1, 2]`); a
    ///     key that says the same in another way (`expansion` for `features`) goes
    public static Recipe with(Recipe recipe, List<String> settings) {
        ObjectNode tree = tree(recipe);
        for (String setting : settings) {
            int at = setting.indexOf('=');
            if (at < 1) {
                throw new UsageException(
                        "[--set %s] expected key=value, such as learning_rate.peak=1e-4"
                                .formatted(setting));
            }
            JsonNode value = scalar(setting, setting.substring(at + 1));
            tree =
                    Layers.lay(
                            tree, RecipeTree.nested(setting.substring(0, at), value), Recipe.class);
        }
        return checked("--set", tree);
    }

    /// A recipe in which some keys have other values.
    ///
    /// @param settings by key path; values are numbers, text, booleans, lists, maps or null
    public static Recipe with(Recipe recipe, Map<String, ? extends @Nullable Object> settings) {
        return with(recipe.name(), recipe, settings);
    }

    /// As [#with(Recipe, Map)].
    ///
    /// @param source what errors call the place that the settings come from
    public static Recipe with(
            String source, Recipe recipe, Map<String, ? extends @Nullable Object> settings) {
        ObjectNode tree = tree(recipe);
        for (var setting : settings.entrySet()) {
            JsonNode value = RecipeMapper.MAPPER.valueToTree(setting.getValue());
            tree = Layers.lay(tree, RecipeTree.nested(setting.getKey(), value), Recipe.class);
        }
        return checked(source, tree);
    }

    /// A recipe from what [#toMap(Recipe)] made, as it lies in `cfg.json` or a training state.
    ///
    /// @param source what errors call it
    public static Recipe of(String source, JsonNode tree) {
        if (!(tree instanceof ObjectNode object)) {
            throw new UsageException("[%s] is no recipe: expected a mapping".formatted(source));
        }
        return checked(source, onDefaults(source, object));
    }

    /// Every key with its value, nulls too, in snake case.
    public static Map<String, Object> toMap(Recipe recipe) {
        return RecipeMapper.map(tree(recipe));
    }

    /// Every value by its key path, as it would be written in a file.
    public static Map<String, String> values(Recipe recipe) {
        return RecipeTree.leaves(tree(recipe));
    }

    /// The whole recipe as a file that [#read(Path)] reads back.
    public static String toYaml(Recipe recipe) {
        return RecipePrinter.print(RecipeTree.said(tree(recipe)));
    }

    /// What differs between two recipes, as `learning_rate.peak: 0.001, not 3e-4`: the first one's
    /// value first.
    public static List<String> differences(Recipe one, Recipe other) {
        Map<String, String> ones = RecipeTree.leaves(tree(one));
        Map<String, String> others = RecipeTree.leaves(tree(other));
        List<String> differences = new ArrayList<>();
        ones.forEach((key, value) -> {
            if (!value.equals(others.get(key))) {
                differences.add(
                        "%s: %s, not %s".formatted(key, value, others.getOrDefault(key, "absent")));
            }
        });
        others.forEach((key, value) -> {
            if (!ones.containsKey(key)) {
                differences.add("%s: absent, not %s".formatted(key, value));
            }
        });
        return differences;
    }

    private static ObjectNode tree(Recipe recipe) {
        return RecipeMapper.MAPPER.valueToTree(recipe);
    }

    /// What a file says, on top of the preset that it is like or of the defaults.
    private static ObjectNode onDefaults(String source, ObjectNode tree) {
        JsonNode like = tree.get(LIKE);
        ObjectNode own = tree.deepCopy();
        own.remove(LIKE);
        if (like == null) {
            return Layers.lay(Presets.defaults("recipe"), own, Recipe.class);
        }
        String name = like.asString("");
        if (!Presets.NAMES.contains(name)) {
            throw new UsageException(
                    "[%s] 'like' is '%s'%s: expected one of %s"
                            .formatted(
                                    source,
                                    name,
                                    Nearest.suggestion(name, Presets.NAMES),
                                    String.join(", ", Presets.NAMES)));
        }
        return Layers.lay(Presets.tree(name), own, Recipe.class);
    }

    private static Recipe checked(String source, ObjectNode tree) {
        ObjectNode whole = new Completion(source, Presets.DEFAULTS).recipe(tree);
        try {
            return RecipeMapper.MAPPER.treeToValue(whole, Recipe.class);
        } catch (JacksonException e) {
            throw new UsageException("[%s] %s".formatted(source, RecipeMapper.reason(e)));
        }
    }

    private static JsonNode scalar(String setting, String text) {
        Path name = Path.of("--set " + setting.replaceAll("[^A-Za-z0-9_.=, \\[\\]-]", "?"));
        try {
            JsonNode value = Yaml.parseObject(name, "value: " + text).get("value");
            if (value != null && !text.contains("\n")) {
                return value;
            }
        } catch (Sae4jException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
        throw new UsageException("[%s] expected one value".formatted(name));
    }

    private static UsageException unknown(String name) {
        return new UsageException(
                "recipe '%s' is not known%s: there are %s; a file's name ends in .yaml"
                        .formatted(
                                name,
                                Nearest.suggestion(name, Presets.NAMES),
                                String.join(", ", Presets.NAMES)));
    }
}
