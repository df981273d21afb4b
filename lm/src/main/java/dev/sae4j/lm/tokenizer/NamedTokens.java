package dev.sae4j.lm.tokenizer;

import dev.sae4j.io.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/// What the small files beside a `tokenizer.json` say about tokens: `bos_token` and the like are
/// strings or objects with `content`, `added_tokens_decoder` maps an id to an object with `content`
/// and `special`.
///
/// @param byName text of `bos_token`, `eos_token` ...
/// @param added `added_tokens_decoder` by content, in the order of ids
/// @param config `tokenizer_config.json`
record NamedTokens(Map<String, String> byName, Map<String, JsonNode> added, JsonNode config) {
    /// Roles whose tokens are special; other keys end in `_token` too.
    private static final Set<String> ROLES =
            Set.of(
                    "bos_token",
                    "eos_token",
                    "unk_token",
                    "pad_token",
                    "sep_token",
                    "cls_token",
                    "mask_token");

    static NamedTokens beside(Path file) {
        Map<String, String> byName = new LinkedHashMap<>();
        JsonNode config = Json.LENIENT.createObjectNode();
        for (String name : List.of("special_tokens_map.json", "tokenizer_config.json")) {
            Path path = file.resolveSibling(name);
            if (!Files.isRegularFile(path)) {
                continue;
            }
            config = Json.readObject(path);
            for (var entry : config.properties()) {
                String text = text(entry.getValue());
                if (ROLES.contains(entry.getKey()) && !text.isEmpty()) {
                    byName.put(entry.getKey(), text);
                }
            }
        }
        Map<Integer, JsonNode> byId = new TreeMap<>();
        for (var entry : config.path("added_tokens_decoder").properties()) {
            if (entry.getKey().matches("\\d{1,8}")) {
                byId.put(Integer.valueOf(entry.getKey()), entry.getValue());
            }
        }
        Map<String, JsonNode> added = new LinkedHashMap<>();
        byId.values().forEach(token -> added.put(text(token), token));
        added.remove("");
        return new NamedTokens(byName, added, config);
    }

    /// The text of a token by its role, such as `eos_token`.
    Optional<String> text(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /// Ids in `eos_token_id` of `generation_config.json`, or of `config.json` if there is none.
    static Set<Integer> ends(Path file) {
        Set<Integer> ends = new LinkedHashSet<>();
        for (String name : List.of("generation_config.json", "config.json")) {
            Path path = file.resolveSibling(name);
            if (!Files.isRegularFile(path)) {
                continue;
            }
            JsonNode root = Json.readObject(path);
            JsonNode ids = root.path("eos_token_id");
            if (ids.isMissingNode()) {
                ids = root.path("text_config").path("eos_token_id");
            }
            for (JsonNode id : ids.isArray() ? ids : List.of(ids)) {
                if (id.isIntegralNumber() && id.canConvertToInt() && id.asInt() >= 0) {
                    ends.add(id.asInt());
                }
            }
            return ends;
        }
        return ends;
    }

    private static String text(JsonNode token) {
        return token.isObject() ? token.path("content").asString("") : token.asString("");
    }
}
