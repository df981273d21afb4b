package dev.sae4j.lm.gguf;

import dev.sae4j.io.Sae4jException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The metadata of a GGUF file in the words of a `config.json`: what all architectures have in
/// common is translated at once, the rest by whoever knows the architecture. Keys are given without
/// the architecture, `block_count` for `llama.block_count`.
///
/// What a file does not say in keys it shows by its tensors: whether the unembedding is tied
/// (no `output.weight`), which projections have biases, how many tokens there are.
public final class GgufConfig {
    /// Fields that every model has, and their keys.
    private static final Map<String, String> SIZES =
            Map.of(
                    "hidden_size", "embedding_length",
                    "num_hidden_layers", "block_count",
                    "num_attention_heads", "attention.head_count",
                    "intermediate_size", "feed_forward_length",
                    "max_position_embeddings", "context_length");

    /// Keys that change what is computed, in ways that a model only runs if its family translates
    /// them.
    private static final List<String> UNKNOWN =
            List.of(
                    "expert_count",
                    "attention.clamp_kqv",
                    "attention.max_alibi_bias",
                    "attention.temperature_scale",
                    "attention.output_scale",
                    "attention.shared_kv_layers",
                    "attention.scale",
                    "attention.sliding_window",
                    "attention.sliding_window_pattern",
                    "logit_scale",
                    "embedding_scale",
                    "residual_scale");

    private final GgufModel model;
    private final ObjectNode fields = JsonNodeFactory.instance.objectNode();
    private final Map<String, String> spelled = new HashMap<>();
    private final Set<String> translated = new HashSet<>();

    /// @param modelType the `model_type` in whose words the rest is said
    public GgufConfig(GgufModel model, String modelType) {
        this.model = model;
        modelType(modelType);
        SIZES.forEach(this::require);
        copy("num_key_value_heads", "attention.head_count_kv");
        vocabulary();
        heads();
        epsilon();
        fields.put("tie_word_embeddings", !has("output.weight"));
        fields.put("attention_bias", has("blk.0.attn_q.bias") || has("blk.0.attn_qkv.bias"));
        fields.put("mlp_bias", has("blk.0.ffn_up.bias"));
        fields.set("rope_parameters", GgufRope.translate(this, model));
    }

    private void vocabulary() {
        var embedding = model.tensor("token_embd.weight");
        if (embedding.isEmpty() || embedding.get().shape().length != 2) {
            throw bad(
                    "token_embd.weight",
                    "is missing or no matrix: the file holds no language model, perhaps only a vocabulary");
        }
        spelled.put("vocab_size", "tokens in token_embd.weight");
        fields.put("vocab_size", embedding.get().shape()[0]);
    }

    private void heads() {
        copy("head_dim", "attention.key_length");
        int width = size("hidden_size");
        int heads = size("num_attention_heads");
        if (!fields.has("head_dim") && width % heads == 0) {
            fields.put("head_dim", width / heads);
        }
        JsonNode value = model.value("attention.value_length");
        if (!value.isMissingNode() && !value.asString("").equals(head())) {
            throw bad(
                    key("attention.value_length"),
                    "is %s, but a head's key has %s floats: only heads of one size are supported"
                            .formatted(Numbers.brief(value), head()));
        }
    }

    private void epsilon() {
        String rms = "attention.layer_norm_rms_epsilon";
        String used = model.value(rms).isMissingNode() ? "attention.layer_norm_epsilon" : rms;
        if (model.value(used).isMissingNode()) {
            throw bad(key(rms), "is missing, and so is " + key(used));
        }
        for (String field : List.of("rms_norm_eps", "layer_norm_eps", "layer_norm_epsilon")) {
            copy(field, used);
        }
    }

    /// Says that the model is of another type than was thought.
    public void modelType(String type) {
        fields.put("model_type", type);
    }

    /// The `model_type`.
    public String modelType() {
        return fields.path("model_type").asString();
    }

    /// Takes a value over, if there is one.
    public void copy(String field, String key) {
        spell(field, key);
        JsonNode value = Numbers.plain(model.value(key));
        if (!value.isMissingNode()) {
            fields.set(field, value);
        }
    }

    /// Takes a value over that must be there.
    public void require(String field, String key) {
        if (model.value(key).isMissingNode()) {
            throw bad(key(key), "is missing: convert the model again, with all its metadata");
        }
        copy(field, key);
    }

    /// Takes a value over unless it is missing or 0, which says that there is none.
    ///
    /// @return true if there is one
    public boolean copyUnlessZero(String field, String key) {
        copy(field, key);
        if (fields.path(field).isNumber() && fields.path(field).asDouble() == 0) {
            fields.remove(field);
        }
        return fields.has(field);
    }

    /// Refuses what would be computed otherwise and has not been translated.
    public void refuseTheRest() {
        for (String key : UNKNOWN) {
            JsonNode value = model.value(key);
            boolean none = value.isMissingNode() || (value.isNumber() && value.asDouble() == 0);
            if (!none && !translated.contains(key)) {
                throw bad(
                        key(key),
                        "is %s, which is not supported in models of this architecture"
                                .formatted(Numbers.brief(value)));
            }
        }
        JsonNode causal = model.value("attention.causal");
        if (causal.isBoolean() && !causal.asBoolean()) {
            throw bad(key("attention.causal"), "is false: only models that read forwards are run");
        }
    }

    /// A field that was translated, a whole number from 1.
    public int size(String field) {
        JsonNode value = fields.path(field);
        if (!value.isIntegralNumber() || !value.canConvertToInt() || value.asInt() < 1) {
            throw bad(
                    spelled.getOrDefault(field, field),
                    "is %s: expected a whole number from 1".formatted(Numbers.brief(value)));
        }
        return value.asInt();
    }

    /// Layers that slide turn queries and keys with a base of their own, the others as was said so
    /// far.
    ///
    /// @param theta base unless `rope.freq_base_swa` says another
    public void turnSlidingLayersBy(double theta) {
        ObjectNode kinds = JsonNodeFactory.instance.objectNode();
        kinds.set("full_attention", fields.path("rope_parameters"));
        ObjectNode sliding = kinds.putObject("sliding_attention").put("rope_theta", theta);
        JsonNode base = Numbers.plain(model.value("rope.freq_base_swa"));
        if (!base.isMissingNode()) {
            sliding.set("rope_theta", base);
        }
        spelled.put("rope_parameters.sliding_attention.rope_theta", key("rope.freq_base_swa"));
        fields.set("rope_parameters", kinds);
    }

    /// Says which layers slide if the file does: by a flag for each, or all but every n-th.
    public void slidingPattern() {
        String key = "attention.sliding_window_pattern";
        JsonNode pattern = model.value(key);
        if (!pattern.isArray()) {
            copy("sliding_window_pattern", key);
            return;
        }
        spell("layer_types", key);
        ArrayNode types = fields.putArray("layer_types");
        pattern.forEach(slides ->
                types.add(slides.asBoolean(false) ? "sliding_attention" : "full_attention"));
    }

    /// Refuses files that turn parts of heads.
    public void wholeHeadsTurned() {
        JsonNode turned = model.value("rope.dimension_count");
        boolean known = fields.has("head_dim") && !turned.isMissingNode();
        if (known && !turned.asString("").equals(head())) {
            throw bad(
                    key("rope.dimension_count"),
                    "is %s, but a head has %s floats: only whole heads are turned here"
                            .formatted(Numbers.brief(turned), head()));
        }
    }

    private String head() {
        return fields.path("head_dim").asString("");
    }

    /// The number whose root scores are divided by: what the file says, or another.
    public void scoresDividedByRootOf(String field, int otherwise) {
        spell(field, "attention.scale");
        JsonNode scale = Numbers.plain(model.value("attention.scale"));
        if (scale.isMissingNode()) {
            fields.put(field, otherwise);
        } else {
            fields.put(field, Math.pow(scale.asDouble(0), -2));
        }
    }

    /// The translation, as `config.json` would have it.
    public JsonNode json() {
        return fields;
    }

    /// Full keys by the fields that they were translated into, for messages.
    public Map<String, String> spelled() {
        return Map.copyOf(spelled);
    }

    /// An error about a key, given in full.
    public Sae4jException bad(String key, String what) {
        return model.bad(key, what);
    }

    /// A key with its architecture.
    public String key(String key) {
        return model.architecture() + "." + key;
    }

    /// Says that a field is a key's value, for messages.
    private void spell(String field, String key) {
        spelled.put(field, key(key));
        translated.add(key);
    }

    void spellAs(String field, String words) {
        spelled.put(field, words);
    }

    private boolean has(String tensor) {
        return model.tensors().containsKey(tensor);
    }
}
