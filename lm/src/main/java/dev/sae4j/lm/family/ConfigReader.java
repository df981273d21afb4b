package dev.sae4j.lm.family;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.kernel.MlpActivation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/// Reads fields of somebody's `config.json` within bounds. A field that is `null` counts as missing.
///
/// @param node the object
/// @param file the file, for messages
/// @param path where the object stands in the file, such as `rope_scaling.`; empty for the top
/// @param spelled what the file calls a field, by path and name, where it has other words
record ConfigReader(JsonNode node, Path file, String path, Map<String, String> spelled) {
    /// At the top of a `config.json`.
    ConfigReader(JsonNode node, Path file) {
        this(node, file, "", Map.of());
    }

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

    /// True if the field stands there as `null`, which some configs tell from a missing one.
    boolean isNull(String key) {
        return node.path(key).isNull();
    }

    /// A positive number; 0, for none, if the field is `null`.
    double positiveOrNull(String key, double otherwise) {
        return isNull(key) ? 0 : positive(key, otherwise);
    }

    /// A whole number from 1; 0, for none, if the field is `null`.
    int integerOrNull(String key, int max, int otherwise) {
        return isNull(key) ? 0 : integer(key, 1, max, otherwise);
    }

    /// Positive numbers in a list that must be there.
    List<Double> positives(String key) {
        JsonNode value = node.path(key);
        if (!value.isArray() || value.size() > 1 << 16) {
            throw bad(key, has(key) ? "is no list of numbers" : "is missing: expected a list");
        }
        List<Double> numbers = new ArrayList<>();
        for (JsonNode item : value) {
            if (!item.isNumber() || !(item.asDouble() > 0) || Double.isInfinite(item.asDouble())) {
                throw bad(key, "holds %s: expected positive numbers".formatted(brief(item)));
            }
            numbers.add(item.asDouble());
        }
        return numbers;
    }

    /// Words in a list; none if it is missing.
    List<String> words(String key) {
        JsonNode value = node.path(key);
        if (has(key) && (!value.isArray() || value.size() > 1 << 16)) {
            throw bad(key, "is %s: expected a list of words".formatted(brief(value)));
        }
        List<String> words = new ArrayList<>();
        value.forEach(item -> words.add(item.asString(item.toString())));
        return words;
    }

    /// An activation function by its name in the field.
    MlpActivation activation(String key, String otherwise) {
        String name = word(key, otherwise);
        return switch (name) {
            case "silu", "swish" -> MlpActivation.SILU;
            case "gelu", "gelu_python" -> MlpActivation.GELU;
            case "gelu_new", "gelu_fast", "gelu_pytorch_tanh" -> MlpActivation.GELU_TANH;
            default ->
                    throw bad(
                            key,
                            "is '%s'; supported are: silu, gelu, gelu_new, gelu_pytorch_tanh"
                                    .formatted(name));
        };
    }

    /// Refuses a switch that stands otherwise than these models are run here.
    void requireFlag(String key, boolean needed) {
        if (flag(key, needed) != needed) {
            throw bad(key, "is %s: only %s is supported".formatted(!needed, needed));
        }
    }

    /// An object inside this one; an empty reader if it is missing.
    ConfigReader inner(String key) {
        JsonNode value = node.path(key);
        if (has(key) && !value.isObject()) {
            throw bad(key, "is %s: expected an object".formatted(brief(value)));
        }
        return new ConfigReader(value, file, path + key + ".", spelled);
    }

    /// True if the object has no fields.
    boolean isEmpty() {
        return node.isEmpty();
    }

    Sae4jException bad(String key, String what) {
        String name = path + key;
        return Sae4jException.in(file, "%s %s".formatted(spelled.getOrDefault(name, name), what));
    }

    private static String brief(JsonNode value) {
        String text = value.toString();
        return text.length() <= 40 ? text : text.substring(0, 40) + "...";
    }
}
