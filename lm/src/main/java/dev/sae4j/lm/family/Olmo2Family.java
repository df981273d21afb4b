package dev.sae4j.lm.family;

import dev.sae4j.lm.family.DecoderSpec.AttentionBias;
import dev.sae4j.lm.family.DecoderSpec.NormPlace;
import dev.sae4j.lm.family.DecoderSpec.QkNorm;
import java.util.List;

/// OLMo 2: a Llama that norms what its parts give instead of what they read, and all queries and all
/// keys of a token as one vector each.
///
/// Left out of a config: `rms_norm_eps` is 1e-5.
final class Olmo2Family implements Family {
    @Override
    public List<String> modelTypes() {
        return List.of("olmo2");
    }

    @Override
    public WeightNames names() {
        return WeightNames.LLAMA.withNorms(
                new WeightNames.Norms(
                        "",
                        "post_attention_layernorm",
                        "",
                        "post_feedforward_layernorm",
                        "self_attn.q_norm",
                        "self_attn.k_norm"));
    }

    /// Those of OLMo 3 are of the same architecture, and refused for their window.
    @Override
    public List<GgufForm> gguf() {
        return List.of(GgufForm.of("olmo2", "olmo2"));
    }

    @Override
    public DecoderSpec spec(ConfigReader reader) {
        var draft = new SpecDraft(reader);
        draft.epsilon = reader.positive("rms_norm_eps", 1e-5);
        draft.place = NormPlace.AFTER;
        draft.qkNorm = QkNorm.WHOLE;
        if (reader.flag("attention_bias", false)) {
            draft.bias = AttentionBias.ALL;
        }
        return draft.layers(RopeReader.read(reader, draft.headDim()), 0, layer -> false).build();
    }
}
