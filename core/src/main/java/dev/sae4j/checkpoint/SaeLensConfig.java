package dev.sae4j.checkpoint;

import dev.sae4j.io.Json;
import dev.sae4j.io.Sae4jException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/// What a SAELens `cfg.json` says, checked; what cannot be computed here is refused.
///
/// @param dIn `d_in`
/// @param dSae `d_sae`
/// @param architecture one of those that can be read
/// @param k features per token; 0 unless the architecture is TopK
/// @param centred `apply_b_dec_to_input`
/// @param rescaled `rescale_acts_by_decoder_norm`
/// @param metadata the `metadata` object without its nulls
record SaeLensConfig(
        int dIn,
        int dSae,
        Architecture architecture,
        int k,
        boolean centred,
        boolean rescaled,
        Map<String, Object> metadata) {
    private static final Set<String> DTYPES =
            Stream.of("float64", "float32", "float16", "bfloat16")
                    .flatMap(d -> Stream.of(d, "torch." + d))
                    .collect(Collectors.toUnmodifiableSet());

    enum Architecture {
        STANDARD,
        TOPK,
        JUMPRELU;

        /// As `cfg.json` spells it.
        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static SaeLensConfig of(Path file, JsonNode json) {
        for (String old : new String[] {"hook_point", "hook_name", "activation_fn_str"}) {
            if (json.has(old)) {
                throw Sae4jException.in(
                        file,
                        "has '%s' at its top level, as SAELens wrote before version 6: load and save it with SAELens 6 first"
                                .formatted(old));
            }
        }
        int dIn = size(file, json, "d_in");
        int dSae = size(file, json, "d_sae");
        Architecture architecture = architecture(file, json);
        only(file, json, "normalize_activations", "none");
        only(file, json, "reshape_activations", "none");
        String dtype = json.path("dtype").asString("float32");
        if (!DTYPES.contains(dtype)) {
            throw Sae4jException.in(
                    file,
                    "has dtype '%s': known are float64, float32, float16, bfloat16"
                            .formatted(dtype));
        }
        int k = 0;
        if (architecture == Architecture.TOPK) {
            k = size(file, json, "k");
            if (k > dSae) {
                throw Sae4jException.in(
                        file, "has k = %d, more than d_sae = %d".formatted(k, dSae));
            }
        }
        boolean rescaled =
                architecture == Architecture.TOPK
                        && flag(file, json, "rescale_acts_by_decoder_norm", false);
        return new SaeLensConfig(
                dIn,
                dSae,
                architecture,
                k,
                flag(file, json, "apply_b_dec_to_input", true),
                rescaled,
                metadata(json));
    }

    /// Where the expected shapes come from, for messages.
    String why() {
        return "cfg.json says d_in=%d, d_sae=%d".formatted(dIn, dSae);
    }

    private static Architecture architecture(Path file, JsonNode json) {
        String word = json.path("architecture").asString("");
        for (Architecture known : Architecture.values()) {
            if (known.word().equals(word)) {
                return known;
            }
        }
        throw Sae4jException.in(
                file,
                (word.isEmpty() ? "has no 'architecture'" : "has architecture '" + word + "'")
                        + ": standard, topk and jumprelu can be read so far");
    }

    private static int size(Path file, JsonNode json, String key) {
        JsonNode node = json.path(key);
        if (!node.isInt() || node.asInt() < 1) {
            throw Sae4jException.in(
                    file,
                    "needs a positive integer '%s', found %s"
                            .formatted(key, node.isMissingNode() ? "none" : node));
        }
        return node.asInt();
    }

    private static boolean flag(Path file, JsonNode json, String key, boolean absent) {
        JsonNode node = json.path(key);
        if (node.isMissingNode() || node.isNull()) {
            return absent;
        }
        if (!node.isBoolean()) {
            throw Sae4jException.in(
                    file, "needs true or false for '%s', found %s".formatted(key, node));
        }
        return node.asBoolean();
    }

    private static void only(Path file, JsonNode json, String key, String readable) {
        JsonNode node = json.path(key);
        if (!node.isMissingNode() && !node.isNull() && !node.asString("").equals(readable)) {
            throw Sae4jException.in(
                    file, "has %s %s: only '%s' can be read so far".formatted(key, node, readable));
        }
    }

    @SuppressWarnings("unchecked") // Jackson gives a Map<String, Object> for a JSON object
    private static Map<String, Object> metadata(JsonNode json) {
        Map<String, Object> all = new LinkedHashMap<>();
        JsonNode node = json.path("metadata");
        if (node.isObject()) {
            Map<String, Object> read = Json.LENIENT.treeToValue(node, Map.class);
            read.forEach((key, value) -> {
                if (value != null) {
                    all.put(key, value);
                }
            });
        }
        return all;
    }
}
