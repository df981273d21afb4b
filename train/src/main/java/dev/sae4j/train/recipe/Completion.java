package dev.sae4j.train.recipe;

import dev.sae4j.io.UsageException;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Checks what a recipe file says, key by key, and fills in the defaults of what it leaves out. What
/// comes out has every key of every record, with values of their types.
///
/// @param source what errors call the recipe
/// @param defaults for each part its keys with their defaults
record Completion(String source, JsonNode defaults) {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final Pattern SIZE = Pattern.compile("([0-9]+(?:\\.[0-9]+)?)([kKmMbB])");

    /// @throws UsageException naming the source, the key's place, what was found and expected
    ObjectNode recipe(ObjectNode tree) {
        return part(Recipe.class, "recipe", tree, "");
    }

    /// @param section where `defaults` has this part's, if it has only one kind
    /// @param path of the part; empty for the recipe itself
    private ObjectNode part(Class<?> part, String section, JsonNode node, String path) {
        Map<String, Class<?>> kinds = Part.kinds(part);
        if (!kinds.isEmpty() && node.isString()) {
            return part(part, section, JSON.objectNode().set(Part.TYPE, node), path);
        }
        if (!node.isObject()) {
            Collection<String> inside =
                    kinds.isEmpty() ? Part.keys(part).keySet() : List.of(Part.TYPE);
            throw wrong(path, node, "a mapping with " + String.join(", ", inside));
        }
        ObjectNode whole = JSON.objectNode();
        Class<?> chosen = part;
        String from = section;
        if (!kinds.isEmpty()) {
            from = choice(node, kinds.keySet(), path);
            chosen = Part.kind(part, from);
            whole.put(Part.TYPE, from);
        }
        Map<String, Part.Key> keys = Part.keys(chosen);
        for (String name : node.propertyNames()) {
            if (!keys.containsKey(name) && !whole.has(name)) {
                throw unknown(path, name, keys.keySet(), whole.has(Part.TYPE));
            }
        }
        for (Part.Key key : keys.values()) {
            JsonNode said = node.get(key.name());
            if (said == null && !Layers.isSaidOtherwise(node, key.name())) {
                said = defaults.path(from).get(key.name());
            }
            whole.set(key.name(), value(key, said, place(path, key.name())));
        }
        return whole;
    }

    private String choice(JsonNode node, Collection<String> kinds, String path) {
        JsonNode type = node.get(Part.TYPE);
        if (type == null) {
            throw failure("'%s' has no 'type': %s".formatted(path, Nearest.list(kinds)));
        }
        String name = type.asString("");
        if (!kinds.contains(name)) {
            throw unknownValue(place(path, Part.TYPE), type, kinds);
        }
        return name;
    }

    private JsonNode value(Part.Key key, @Nullable JsonNode found, String place) {
        if (found == null && !key.optional()) {
            throw failure("'%s' is missing: expected %s".formatted(place, expected(key)));
        }
        if (found == null || (found.isNull() && key.optional())) {
            return JSON.nullNode();
        }
        if (key.isPart()) {
            return part(key.type(), key.name(), found, place);
        }
        if (key.element() != null) {
            return list(key, key.element(), found, place);
        }
        return scalar(key, found, place);
    }

    private ArrayNode list(Part.Key key, Class<?> element, JsonNode found, String place) {
        if (!found.isArray()) {
            throw wrong(place, found, expected(key));
        }
        ArrayNode list = JSON.arrayNode();
        for (JsonNode item : found) {
            Part.Key each = new Part.Key(key.name(), element, null, false);
            list.add(scalar(each, item, place + "[" + list.size() + "]"));
        }
        return list;
    }

    private JsonNode scalar(Part.Key key, JsonNode found, String place) {
        Class<?> type = key.type();
        if (type == String.class && found.isValueNode() && !found.isNull()) {
            return JSON.stringNode(found.asString());
        }
        if (type == boolean.class && found.isBoolean()) {
            return found;
        }
        if (type == Span.class && (found.isString() || found.isNumber())) {
            try {
                return JSON.stringNode(Span.parse(found.asString()).toString());
            } catch (UsageException e) {
                throw failure("'%s': %s".formatted(place, e.getMessage()));
            }
        }
        if (type.isEnum()) {
            List<String> names = names(type);
            if (!names.contains(found.asString(""))) {
                throw unknownValue(place, found, names);
            }
            return found;
        }
        double number = number(found);
        if (Double.isFinite(number) && (type == double.class || type == Double.class)) {
            return JSON.numberNode(number);
        }
        boolean wide = type == long.class || type == Long.class;
        boolean narrow = type == int.class || type == Integer.class;
        if ((wide || narrow)
                && number == Math.rint(number)
                && Math.abs(number) <= (wide ? 1L << 53 : Integer.MAX_VALUE)) {
            return JSON.numberNode((long) number);
        }
        throw wrong(place, found, expected(key));
    }

    /// A number, or a size such as `10M`; NaN if it is neither.
    private static double number(JsonNode found) {
        Matcher size = SIZE.matcher(found.isString() ? found.asString() : "");
        if (size.matches()) {
            double factor =
                    switch (size.group(2).toLowerCase(Locale.ROOT)) {
                        case "k" -> 1e3;
                        case "m" -> 1e6;
                        default -> 1e9;
                    };
            return Double.parseDouble(size.group(1)) * factor;
        }
        return found.isNumber() ? found.doubleValue() : Double.NaN;
    }

    private static String expected(Part.Key key) {
        Class<?> type = key.type();
        if (key.element() != null) {
            return "a list of numbers, such as [128, 512]";
        }
        if (key.isPart()) {
            Map<String, Class<?>> kinds = Part.kinds(type);
            return kinds.isEmpty()
                    ? "a mapping"
                    : "a mapping with a 'type', " + Nearest.list(kinds.keySet());
        }
        if (type.isEnum()) {
            return Nearest.list(names(type));
        }
        return switch (type.getSimpleName()) {
            case "int", "Integer" -> "a whole number";
            case "long", "Long" -> "a whole number, such as 500 or 10M";
            case "double", "Double" -> "a number";
            case "boolean" -> "true or false";
            case "Span" -> "steps (1000), tokens (10M tokens) or a share of the run (20%)";
            default -> "text";
        };
    }

    private static List<String> names(Class<?> type) {
        return Arrays.stream(type.getEnumConstants())
                .map(c -> Part.written(((Enum<?>) c).name()))
                .toList();
    }

    private UsageException unknown(
            String path, String name, Collection<String> known, boolean typed) {
        String there = known.isEmpty() ? "no keys" : "the keys " + String.join(", ", known);
        if (typed) {
            there = known.isEmpty() ? "only 'type'" : there + " and 'type'";
        }
        return failure(
                "'%s' is not known%s: %s has %s"
                        .formatted(
                                place(path, name),
                                Nearest.suggestion(name, known),
                                path.isEmpty() ? "a recipe" : "'" + path + "'",
                                there));
    }

    private UsageException unknownValue(String place, JsonNode found, Collection<String> known) {
        return failure(
                "'%s' is %s%s: expected %s"
                        .formatted(
                                place,
                                shown(found),
                                Nearest.suggestion(found.asString(""), known),
                                Nearest.list(known)));
    }

    private UsageException wrong(String place, JsonNode found, String expected) {
        return failure("'%s' is %s: expected %s".formatted(place, shown(found), expected));
    }

    private UsageException failure(String message) {
        return new UsageException("[%s] %s".formatted(source, message));
    }

    private static String shown(JsonNode node) {
        String text =
                node.isString()
                        ? "'" + node.asString() + "'"
                        : node.isNumber() ? node.asString() : node.toString();
        return text.length() <= 60 ? text : text.substring(0, 57) + "...";
    }

    private static String place(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }
}
