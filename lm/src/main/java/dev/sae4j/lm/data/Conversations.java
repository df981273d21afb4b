package dev.sae4j.lm.data;

import dev.sae4j.io.Json;
import dev.sae4j.lm.chat.ChatTemplate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JsonNode;

/// Lists of messages, `{"role": .., "content": ..}` or `{"from": .., "value": ..}`, as text.
final class Conversations {
    /// What `from` calls the roles that templates know.
    private static final Map<String, String> ROLES =
            Map.of("human", "user", "gpt", "assistant", "bot", "assistant", "chatbot", "assistant");

    private Conversations() {}

    /// True for a list of messages.
    static boolean looksLike(JsonNode list) {
        JsonNode first = list.path(0);
        return list.isArray()
                && ((first.has("role") && first.has("content"))
                        || (first.has("from") && first.has("value")));
    }

    /// The text that a template makes of it; empty for an empty list.
    ///
    /// @throws IllegalArgumentException saying what is wrong with the list, or what the template
    ///     does not like
    static String text(ChatTemplate template, JsonNode list) {
        if (!list.isArray()) {
            throw new IllegalArgumentException("expected a list of messages");
        }
        List<Map<String, Object>> messages = new ArrayList<>();
        for (JsonNode message : list) {
            messages.add(message(message));
        }
        return messages.isEmpty() ? "" : template.render(messages, false);
    }

    private static Map<String, Object> message(JsonNode node) {
        if (!node.isObject()) {
            throw new IllegalArgumentException("a message is not an object");
        }
        Map<String, Object> given =
                Json.LENIENT.convertValue(node, new TypeReference<Map<String, Object>>() {});
        if (given.get("role") instanceof String) {
            return given;
        }
        if (!(given.get("from") instanceof String from)) {
            throw new IllegalArgumentException("a message has neither 'role' nor 'from'");
        }
        Map<String, Object> message = new LinkedHashMap<>();
        message.put("role", ROLES.getOrDefault(from, from));
        message.put("content", given.get("value"));
        return message;
    }
}
