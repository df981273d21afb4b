package dev.sae4j.lm.tokenizer;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The tokens that are cut out of a text before anything else: those of `tokenizer.json`, and what
/// `tokenizer_config.json` adds, the way transformers does it: a token that either calls special is
/// special, and so is one that has a role (`bos_token` ...).
final class AddedTokens {
    private final Map<String, ObjectNode> byContent = new LinkedHashMap<>();
    private boolean changed;

    AddedTokens(Path file, JsonNode list) {
        for (JsonNode token : list) {
            String content = token.path("content").asString("");
            if (!(token instanceof ObjectNode object) || !isId(token.path("id"))) {
                throw TokenizerFile.badId(file, token.toString());
            }
            byContent.put(content, object);
        }
    }

    /// @param vocabulary the id of a text in `model.vocab`; tokens that have none are left out, for
    ///     a model has no row for them
    void join(NamedTokens named, Function<String, JsonNode> vocabulary) {
        named.added()
                .forEach((content, token) ->
                        put(content, token.path("special").asBoolean(false), vocabulary));
        named.byName().values().forEach(content -> put(content, true, vocabulary));
    }

    private void put(String content, boolean special, Function<String, JsonNode> vocabulary) {
        ObjectNode there = byContent.get(content);
        if (there == null) {
            JsonNode id = vocabulary.apply(content);
            if (isId(id)) {
                byContent.put(content, token(id.asInt(), content, special));
                changed = true;
            }
        } else if (special && !there.path("special").asBoolean(false)) {
            there.put("special", true);
            changed = true;
        }
    }

    private static ObjectNode token(int id, String content, boolean special) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("id", id)
                .put("content", content)
                .put("single_word", false)
                .put("lstrip", false)
                .put("rstrip", false)
                .put("normalized", false)
                .put("special", special);
    }

    /// Appends an element of `added_tokens`.
    ///
    /// @param dropsBlanks whether blanks behind the token belong to it
    static void write(
            StringBuilder out, int id, String content, boolean special, boolean dropsBlanks) {
        out.append("{\"id\":").append(id).append(",\"content\":");
        BpeJson.quote(out, content);
        out.append(",\"single_word\":false,\"lstrip\":false,\"rstrip\":")
                .append(dropsBlanks)
                .append(",\"normalized\":false,\"special\":")
                .append(special)
                .append('}');
    }

    boolean changed() {
        return changed;
    }

    /// One more than the largest id.
    int size() {
        return byContent.values().stream().mapToInt(t -> t.path("id").asInt() + 1).max().orElse(0);
    }

    /// Text of each special token, by id.
    Map<Integer, String> special() {
        Map<Integer, String> special = new HashMap<>();
        byContent.forEach((content, token) -> {
            if (token.path("special").asBoolean(false)) {
                special.put(token.path("id").asInt(), content);
            }
        });
        return special;
    }

    /// The id of the token with a role.
    OptionalInt named(NamedTokens named, String role) {
        ObjectNode token = named.text(role).map(byContent::get).orElse(null);
        return token == null ? OptionalInt.empty() : OptionalInt.of(token.path("id").asInt());
    }

    String json() {
        return JsonNodeFactory.instance.arrayNode().addAll(byContent.values()).toString();
    }

    private static boolean isId(JsonNode id) {
        return id.isIntegralNumber()
                && id.canConvertToInt()
                && id.asInt() >= 0
                && id.asInt() <= Vocabulary.MAX_ID;
    }
}
