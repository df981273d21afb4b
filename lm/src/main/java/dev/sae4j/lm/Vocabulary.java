package dev.sae4j.lm;

import dev.sae4j.io.Json;
import dev.sae4j.io.Sae4jException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import tools.jackson.databind.JsonNode;

/// What `tokenizer.json` says about ids: `model.vocab` (an object from text to id, or a list of
/// pairs whose place is the id) and `added_tokens` (objects with `id`, `content`, `special`).
///
/// @param size one more than the largest id
/// @param special text of each special token, by id
/// @param bos the token that begins a text, if a file beside names it
/// @param eos the token that ends a text, if a file beside names it
record Vocabulary(int size, Map<Integer, String> special, OptionalInt bos, OptionalInt eos) {
    /// Larger ids are taken for damage.
    private static final int MAX_ID = 1 << 24;

    static Vocabulary read(Path file) {
        JsonNode root = Json.readObject(file);
        JsonNode vocab = root.path("model").path("vocab");
        if (!vocab.isContainer()) {
            throw Sae4jException.in(
                    file,
                    "has no model.vocab: expected a tokenizer.json of Hugging Face tokenizers");
        }
        int size = vocab.isArray() ? vocab.size() : 0;
        for (var entry : vocab.properties()) {
            size = Math.max(size, 1 + id(file, entry.getValue(), entry.getKey()));
        }
        Map<Integer, String> special = new HashMap<>();
        Map<String, Integer> added = new HashMap<>();
        for (JsonNode token : root.path("added_tokens")) {
            String content = token.path("content").asString("");
            int id = id(file, token.path("id"), content);
            size = Math.max(size, 1 + id);
            added.put(content, id);
            if (token.path("special").asBoolean(false)) {
                special.put(id, content);
            }
        }
        return new Vocabulary(
                size,
                Map.copyOf(special),
                named("bos_token", file, added),
                named("eos_token", file, added));
    }

    boolean isSpecial(int id) {
        return special.containsKey(id);
    }

    String specialText(int id) {
        return special.getOrDefault(id, "");
    }

    /// `eos_token` is a string, or an object with `content`.
    private static OptionalInt named(String key, Path file, Map<String, Integer> added) {
        for (String name : List.of("tokenizer_config.json", "special_tokens_map.json")) {
            Path beside = file.resolveSibling(name);
            if (Files.isRegularFile(beside)) {
                JsonNode token = Json.readObject(beside).path(key);
                String text =
                        token.isObject() ? token.path("content").asString("") : token.asString("");
                Integer id = added.get(text);
                if (id != null) {
                    return OptionalInt.of(id);
                }
            }
        }
        return OptionalInt.empty();
    }

    private static int id(Path file, JsonNode node, String token) {
        if (!node.isIntegralNumber()
                || !node.canConvertToInt()
                || node.asInt() < 0
                || node.asInt() > MAX_ID) {
            throw Sae4jException.in(
                    file,
                    "token '%s' has id %s: expected a whole number from 0 to %d"
                            .formatted(token, node, MAX_ID));
        }
        return node.asInt();
    }
}
