package dev.sae4j.lm.family;

import dev.sae4j.lm.family.DecoderSpec.Attention;
import dev.sae4j.lm.family.DecoderSpec.Mlp;
import dev.sae4j.lm.family.DecoderSpec.MlpKind;
import dev.sae4j.lm.family.DecoderSpec.Norm;
import dev.sae4j.lm.family.DecoderSpec.NormKind;
import dev.sae4j.lm.family.DecoderSpec.Rope;
import dev.sae4j.lm.family.DecoderSpec.Scaling;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// Llama 1 to 3 and the many models that share their form (SmolLM2, TinyLlama, ...): RMS norm
/// before each part, rotary embedding, grouped queries, SwiGLU.
///
/// Left out of a config: `num_key_value_heads` is `num_attention_heads`, `head_dim` is
/// `hidden_size / num_attention_heads`, `rope_theta` 10000, `rms_norm_eps` 1e-6,
/// `tie_word_embeddings`, `attention_bias` and `mlp_bias` false. The rotary settings stand in
/// `rope_scaling` beside `rope_theta`, or, as transformers 5 writes them, in `rope_parameters`.
final class LlamaFamily implements Family {
    private static final WeightNames NAMES =
            new WeightNames(
                    "model.embed_tokens",
                    "model.norm",
                    "lm_head",
                    "model.layers.%d.",
                    "input_layernorm",
                    "self_attn.q_proj",
                    "self_attn.k_proj",
                    "self_attn.v_proj",
                    "self_attn.o_proj",
                    "post_attention_layernorm",
                    "mlp.gate_proj",
                    "mlp.up_proj",
                    "mlp.down_proj");

    @Override
    public List<String> modelTypes() {
        return List.of("llama");
    }

    @Override
    public WeightNames names() {
        return NAMES;
    }

    @Override
    public DecoderSpec spec(JsonNode config, Path file) {
        var reader = new ConfigReader(config, file, "");
        String activation = reader.word("hidden_act", "silu");
        if (!activation.equals("silu")) {
            throw reader.bad(
                    "hidden_act", "is '%s': only silu is supported here".formatted(activation));
        }
        int width = reader.integer("hidden_size", 1, 1 << 16);
        return new DecoderSpec(
                config.path("model_type").asString(),
                reader.integer("vocab_size", 1, 1 << 22),
                width,
                reader.integer("num_hidden_layers", 1, 1000),
                reader.integer("max_position_embeddings", 1, 1 << 26, 2048),
                new Norm(NormKind.RMS, reader.positive("rms_norm_eps", 1e-6)),
                rope(reader),
                attention(reader, width),
                new Mlp(
                        MlpKind.SWIGLU,
                        reader.integer("intermediate_size", 1, 1 << 20),
                        reader.flag("mlp_bias", false)),
                reader.flag("tie_word_embeddings", false));
    }

    private static Attention attention(ConfigReader reader, int width) {
        int heads = reader.integer("num_attention_heads", 1, 4096);
        int kvHeads = reader.integer("num_key_value_heads", 1, 4096, heads);
        if (heads % kvHeads != 0) {
            throw reader.bad(
                    "num_attention_heads",
                    "is %d, not a multiple of num_key_value_heads %d".formatted(heads, kvHeads));
        }
        if (!reader.has("head_dim") && width % heads != 0) {
            throw reader.bad(
                    "hidden_size",
                    "is %d, not a multiple of num_attention_heads %d, and there is no head_dim"
                            .formatted(width, heads));
        }
        int headDim = reader.integer("head_dim", 2, 4096, width / heads);
        if (headDim % 2 != 0) {
            throw reader.bad(
                    "head_dim", "is %d: rotary embedding needs an even size".formatted(headDim));
        }
        return new Attention(heads, kvHeads, headDim, reader.flag("attention_bias", false));
    }

    /// As transformers does: `rope_scaling` if it says anything, else `rope_parameters`; a base
    /// inside goes before one at the top.
    private static Rope rope(ConfigReader reader) {
        ConfigReader scaling = reader.inner("rope_scaling");
        ConfigReader parameters = scaling.isEmpty() ? reader.inner("rope_parameters") : scaling;
        double theta = parameters.positive("rope_theta", reader.positive("rope_theta", 10000));
        if (parameters.positive("partial_rotary_factor", 1) != 1) {
            throw parameters.bad("partial_rotary_factor", "other than 1 is not supported here");
        }
        String type = parameters.word("rope_type", parameters.word("type", "default"));
        return new Rope(
                theta,
                switch (type) {
                    case "default" -> new Scaling.None();
                    case "llama3" -> llama3(parameters);
                    default ->
                            throw parameters.bad(
                                    "rope_type",
                                    "is '%s'; supported are: default, llama3".formatted(type));
                });
    }

    private static Scaling llama3(ConfigReader parameters) {
        double low = parameters.positive("low_freq_factor");
        double high = parameters.positive("high_freq_factor");
        if (high <= low) {
            throw parameters.bad(
                    "high_freq_factor", "is %s, not above low_freq_factor %s".formatted(high, low));
        }
        return new Scaling.Llama3(
                parameters.positive("factor"),
                low,
                high,
                parameters.integer("original_max_position_embeddings", 1, 1 << 26));
    }
}
