package dev.sae4j.lm.gguf;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// Metadata values as a `config.json` would have them.
final class Numbers {
    private Numbers() {}

    /// A float becomes the shortest decimal that rounds to it, which is what was written before it
    /// was stored: 1e-5, not 0.00000999999974738. Values for each layer become one if all are the
    /// same.
    static JsonNode plain(JsonNode value) {
        if (value.isFloat()) {
            float number = value.floatValue();
            return JsonNodeFactory.instance.numberNode(
                    Float.isFinite(number) ? Double.parseDouble(Float.toString(number)) : number);
        }
        if (value.isArray() && !value.isEmpty() && value.get(0).isNumber()) {
            JsonNode first = value.get(0);
            if (value.valueStream().allMatch(first::equals)) {
                return plain(first);
            }
        }
        return value;
    }

    /// A value for a message.
    static String brief(JsonNode value) {
        String text = value.isMissingNode() ? "missing" : value.toString();
        return text.length() <= 40 ? text : text.substring(0, 40) + "...";
    }
}
