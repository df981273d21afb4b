package dev.sae4j.checkpoint;

import dev.sae4j.io.Json;
import dev.sae4j.io.Sae4jException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// A configuration of other people's making: reads fields with checks, naming the file.
///
/// @param file for messages
/// @param json the object
record ConfigFile(Path file, JsonNode json) {
    /// A field that must be a positive integer.
    int size(String key) {
        return optionalSize(key).orElseThrow(() -> wrong("a positive integer", key));
    }

    /// As [#size]; empty if there is no such field, or null.
    Optional<Integer> optionalSize(String key) {
        if (isAbsent(key)) {
            return Optional.empty();
        }
        JsonNode node = json.path(key);
        boolean isInt = node.isIntegralNumber() && node.canConvertToInt(); // pickles give longs
        if (!isInt || node.asInt() < 1) {
            throw wrong("a positive integer", key);
        }
        return Optional.of(node.asInt());
    }

    /// A field that must be a finite number.
    double number(String key) {
        JsonNode node = json.path(key);
        if (!node.isNumber() || !Double.isFinite(node.asDouble())) {
            throw wrong("a number", key);
        }
        return node.asDouble();
    }

    /// A number, or a default if the field is absent or null.
    double number(String key, double absent) {
        return isAbsent(key) ? absent : number(key);
    }

    /// True or false, or a default if the field is absent or null.
    boolean flag(String key, boolean absent) {
        JsonNode node = json.path(key);
        if (isAbsent(key)) {
            return absent;
        }
        if (!node.isBoolean()) {
            throw wrong("true or false", key);
        }
        return node.asBoolean();
    }

    /// A word, or a default if the field is absent or null.
    String word(String key, String absent) {
        JsonNode node = json.path(key);
        if (isAbsent(key)) {
            return absent;
        }
        if (!node.isString()) {
            throw wrong("a word", key);
        }
        return node.asString();
    }

    /// True if the field is missing or null.
    boolean isAbsent(String key) {
        JsonNode node = json.path(key);
        return node.isMissingNode() || node.isNull();
    }

    /// The object below a field; empty fields if there is none.
    ConfigFile below(String key) {
        return new ConfigFile(file, json.path(key));
    }

    /// The fields of an object as plain values, without nulls; empty if it is none.
    @SuppressWarnings("unchecked") // Jackson gives a Map<String, Object> for a JSON object
    Map<String, Object> values() {
        Map<String, Object> all = new LinkedHashMap<>();
        if (json.isObject()) {
            Map<String, Object> read = Json.LENIENT.treeToValue(json, Map.class);
            read.forEach((key, value) -> {
                if (value != null) {
                    all.put(key, value);
                }
            });
        }
        return all;
    }

    /// Copies fields that are there to metadata, under other names where they have some.
    ///
    /// @param names pairs of field and metadata key
    void copy(Map<String, Object> metadata, String... names) {
        Map<String, Object> values = values();
        for (int i = 0; i < names.length; i += 2) {
            Object value = values.get(names[i]);
            if (value != null) {
                metadata.putIfAbsent(names[i + 1], value);
            }
        }
    }

    /// An error about a field.
    Sae4jException wrong(String expected, String key) {
        JsonNode node = json.path(key);
        return Sae4jException.in(
                file,
                "needs %s for '%s', found %s"
                        .formatted(expected, key, node.isMissingNode() ? "none" : shortened(node)));
    }

    private static String shortened(JsonNode node) {
        String text = node.toString();
        return text.length() <= 80 ? text : text.substring(0, 80) + "...";
    }
}
