package dev.sae4j.lm.family;

import dev.sae4j.lm.family.DecoderSpec.AttentionBias;
import java.util.List;

/// Llama 1 to 3 and the many models that share their form (SmolLM2, TinyLlama, ...): RMS norm
/// before each part, rotary embedding, grouped queries, SwiGLU.
///
/// Left out of a config: `num_key_value_heads` is `num_attention_heads`, `head_dim` is
/// `hidden_size / num_attention_heads`, `rope_theta` 10000, `rms_norm_eps` 1e-6,
/// `tie_word_embeddings`, `attention_bias` and `mlp_bias` false.
final class LlamaFamily implements Family {
    @Override
    public List<String> modelTypes() {
        return List.of("llama");
    }

    @Override
    public WeightNames names() {
        return WeightNames.LLAMA;
    }

    /// Mistral's files are told by their window. llama.cpp turns neighbours in a head together, so rows
    /// are in another order than Hugging Face's, in which halves are.
    @Override
    public List<GgufForm> gguf() {
        return List.of(
                GgufForm.of("llama", "llama")
                        .with(
                                WeightNames.GGUF.withQkv(
                                        new WeightNames.Qkv.Paired("attn_q", "attn_k", "attn_v")))
                        .with(config -> {
                            config.wholeHeadsTurned();
                            if (config.copyUnlessZero(
                                    "sliding_window", "attention.sliding_window")) {
                                config.modelType("mistral");
                            }
                        }));
    }

    @Override
    public DecoderSpec spec(ConfigReader reader) {
        var draft = new SpecDraft(reader);
        if (reader.flag("attention_bias", false)) {
            draft.bias = AttentionBias.ALL;
        }
        draft.mlpBias = reader.flag("mlp_bias", false);
        return draft.layers(RopeReader.read(reader, draft.headDim()), 0, layer -> false).build();
    }
}
