package dev.sae4j.lm.tokenizer;

import dev.sae4j.io.Sae4jException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import tools.jackson.databind.JsonNode;

/// The key-values `tokenizer.ggml.*` of a GGUF file, checked: `tokens` in the order of ids, and as
/// many `token_type`s (1 normal, 2 unknown, 3 control, 4 user-defined, 5 unused, 6 byte; all normal
/// if there are none) and `scores`.
final class GgufVocabulary {
    static final int UNKNOWN = 2;
    static final int CONTROL = 3;
    static final int USER_DEFINED = 4;
    static final int BYTE = 6;

    private static final String PREFIX = "tokenizer.ggml.";

    private final Path file;
    private final JsonNode values;
    private final String[] tokens;

    GgufVocabulary(Path file, JsonNode values) {
        this.file = file;
        this.values = values;
        JsonNode list = value("tokens");
        if (!list.isArray() || list.isEmpty()) {
            throw bad("has no list tokenizer.ggml.tokens: expected a model with its vocabulary");
        }
        tokens = new String[list.size()];
        Map<String, Integer> ids = HashMap.newHashMap(tokens.length);
        for (int id = 0; id < tokens.length; id++) {
            if (!list.get(id).isString()) {
                throw bad("has %s as token %d: expected text".formatted(list.get(id), id));
            }
            String text = list.get(id).asString();
            tokens[id] = text.isEmpty() ? "[EMPTY_" + id + "]" : text;
            Integer before = ids.put(tokens[id], id);
            if (before != null) {
                throw bad(
                        "has the token '%s' twice, with ids %d and %d"
                                .formatted(tokens[id], before, id));
            }
        }
    }

    Sae4jException bad(String message) {
        return Sae4jException.in(file, message);
    }

    Path file() {
        return file;
    }

    /// The value of `tokenizer.ggml.NAME`; a missing node if there is none.
    JsonNode value(String name) {
        return values.path(PREFIX + name);
    }

    String text(String name, String otherwise) {
        return value(name).asString(otherwise);
    }

    boolean truth(String name, boolean otherwise) {
        return value(name).asBoolean(otherwise);
    }

    /// What the model is, such as `gemma2`.
    String architecture() {
        return values.path("general.architecture").asString("");
    }

    /// Texts of all tokens, by id. The caller's to change.
    String[] tokens() {
        return tokens.clone();
    }

    /// Types of all tokens, by id.
    int[] types() {
        JsonNode list = list("token_type");
        int[] types = new int[tokens.length];
        for (int id = 0; id < types.length; id++) {
            types[id] = list.isEmpty() ? 1 : list.get(id).asInt(0);
        }
        return types;
    }

    /// Scores of all tokens, by id.
    float[] scores() {
        JsonNode list = list("scores");
        if (list.isEmpty()) {
            throw bad("has no tokenizer.ggml.scores, which a SentencePiece vocabulary needs");
        }
        float[] scores = new float[tokens.length];
        for (int id = 0; id < scores.length; id++) {
            scores[id] = (float) list.get(id).asDouble(0);
        }
        return scores;
    }

    private JsonNode list(String name) {
        JsonNode list = value(name);
        if (!list.isMissingNode() && (!list.isArray() || list.size() < tokens.length)) {
            throw bad(
                    "has %d tokens but %d entries in tokenizer.ggml.%s"
                            .formatted(tokens.length, list.size(), name));
        }
        return list;
    }

    /// The token with a role, such as `bos`; nothing if the id is out of range, as llama.cpp has it.
    OptionalInt id(String role) {
        JsonNode id = value(role + "_token_id");
        return id.isIntegralNumber()
                        && id.canConvertToInt()
                        && id.asInt() >= 0
                        && id.asInt() < tokens.length
                ? OptionalInt.of(id.asInt())
                : OptionalInt.empty();
    }
}
