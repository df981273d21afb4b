package dev.sae4j.train.recipe;

import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Other shapes of a recipe's tree: by key path, and without what need not be said.
final class RecipeTree {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private RecipeTree() {}

    /// All values by their key path, in order.
    static Map<String, String> leaves(JsonNode tree) {
        Map<String, String> leaves = new LinkedHashMap<>();
        leaves("", tree, leaves);
        return leaves;
    }

    private static void leaves(String path, JsonNode node, Map<String, String> leaves) {
        if (!node.isObject()) {
            leaves.put(path, RecipePrinter.flow(node));
            return;
        }
        String before = path.isEmpty() ? "" : path + ".";
        node.properties().forEach(e -> leaves(before + e.getKey(), e.getValue(), leaves));
    }

    /// `{a: {b: value}}` of `a.b`.
    static ObjectNode nested(String path, JsonNode value) {
        String[] keys = path.split("\\.", -1);
        ObjectNode nested = JSON.objectNode().set(keys[keys.length - 1].strip(), value);
        for (int i = keys.length - 2; i >= 0; i--) {
            nested = JSON.objectNode().set(keys[i].strip(), nested);
        }
        return nested;
    }

    /// A recipe's whole tree without the nulls that are meant anyway.
    static ObjectNode said(ObjectNode recipe) {
        return said(recipe, Recipe.class, "recipe");
    }

    private static ObjectNode said(ObjectNode tree, Class<?> part, String section) {
        ObjectNode said = JSON.objectNode();
        Class<?> chosen = part;
        String from = section;
        if (!Part.kinds(part).isEmpty()) {
            from = tree.get(Part.TYPE).asString();
            chosen = Part.kind(part, from);
            said.put(Part.TYPE, from);
        }
        for (Part.Key key : Part.keys(chosen).values()) {
            JsonNode value = tree.get(key.name());
            if (value instanceof ObjectNode object) {
                said.set(key.name(), said(object, key.type(), key.name()));
            } else if (!value.isNull()) {
                said.set(key.name(), key.type() == Span.class ? span(value) : value);
            } else if (Presets.DEFAULTS.path(from).hasNonNull(key.name())
                    && !Layers.isSaidOtherwise(tree, key.name())) {
                said.set(key.name(), value);
            }
        }
        return said;
    }

    /// Steps as a number: they need no quotes.
    private static JsonNode span(JsonNode value) {
        return value.asString().matches("[0-9]{1,18}")
                ? JSON.numberNode(Long.parseLong(value.asString()))
                : value;
    }
}
