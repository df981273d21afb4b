package dev.sae4j.lm.family;

import dev.sae4j.io.Sae4jException;
import java.nio.file.Path;
import java.util.Locale;
import tools.jackson.databind.JsonNode;

/// Reads fields of somebody's `config.json` within bounds. A field that is `null` counts as missing.
///
/// @param node the object
/// @param file the file, for messages
/// @param path where the object stands in the file, such as `rope_scaling.`; empty for the top
record ConfigReader(JsonNode node, Path file, String path) {
    boolean has(String key) {
        return node.hasNonNull(key);
    }

    /// A whole number that must be there.
    int integer(String key, int min, int max) {
        if (!has(key)) {
            throw bad(key, "is missing: expected a whole number from %d to %d".formatted(min, max));
        }
        JsonNode value = node.get(key);
        if (!value.isIntegralNumber()
                || !value.canConvertToInt()
                || value.asInt() < min
                || value.asInt() > max) {
            throw bad(
                    key,
                    "is %s: expected a whole number from %d to %d"
                            .formatted(brief(value), min, max));
        }
        return value.asInt();
    }

    /// A whole number with a default.
    int integer(String key, int min, int max, int otherwise) {
        return has(key) ? integer(key, min, max) : otherwise;
    }

    /// A positive, finite number with a default.
    double positive(String key, double otherwise) {
        if (!has(key)) {
            return otherwise;
        }
        JsonNode value = node.get(key);
        double number = value.isNumber() ? value.asDouble() : Double.NaN;
        if (!(number > 0) || !Double.isFinite(number)) {
            throw bad(key, "is %s: expected a positive number".formatted(brief(value)));
        }
        return number;
    }

    /// A positive, finite number that must be there.
    double positive(String key) {
        if (!has(key)) {
            throw bad(key, "is missing: expected a positive number");
        }
        return positive(key, 1);
    }

    boolean flag(String key, boolean otherwise) {
        if (!has(key)) {
            return otherwise;
        }
        JsonNode value = node.get(key);
        if (!value.isBoolean()) {
            throw bad(key, "is %s: expected true or false".formatted(brief(value)));
        }
        return value.asBoolean();
    }

    String word(String key, String otherwise) {
        if (!has(key)) {
            return otherwise;
        }
        JsonNode value = node.get(key);
        if (!value.isString()) {
            throw bad(key, "is %s: expected a string".formatted(brief(value)));
        }
        return value.asString().toLowerCase(Locale.ROOT);
    }

    /// An object inside this one; an empty reader if it is missing.
    ConfigReader inner(String key) {
        JsonNode value = node.path(key);
        if (has(key) && !value.isObject()) {
            throw bad(key, "is %s: expected an object".formatted(brief(value)));
        }
        return new ConfigReader(value, file, path + key + ".");
    }

    /// True if the object has no fields.
    boolean isEmpty() {
        return node.isEmpty();
    }

    Sae4jException bad(String key, String what) {
        return Sae4jException.in(file, "%s%s %s".formatted(path, key, what));
    }

    private static String brief(JsonNode value) {
        String text = value.toString();
        return text.length() <= 40 ? text : text.substring(0, 40) + "...";
    }
}
