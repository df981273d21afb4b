package dev.sae4j.lm.family;

import dev.sae4j.lm.family.DecoderSpec.AttentionBias;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.databind.JsonNode;

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

    @Override
    public DecoderSpec spec(JsonNode config, Path file) {
        var draft = new SpecDraft(new ConfigReader(config, file, ""));
        if (draft.reader.flag("attention_bias", false)) {
            draft.bias = AttentionBias.ALL;
        }
        draft.mlpBias = draft.reader.flag("mlp_bias", false);
        return draft.layers(RopeReader.read(draft.reader, draft.headDim()), 0, layer -> false)
                .build();
    }
}
