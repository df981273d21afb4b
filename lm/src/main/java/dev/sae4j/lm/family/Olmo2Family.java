package dev.sae4j.lm.family;

import dev.sae4j.lm.family.DecoderSpec.AttentionBias;
import dev.sae4j.lm.family.DecoderSpec.NormPlace;
import dev.sae4j.lm.family.DecoderSpec.QkNorm;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.databind.JsonNode;

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

    @Override
    public DecoderSpec spec(JsonNode config, Path file) {
        var draft = new SpecDraft(new ConfigReader(config, file, ""));
        draft.epsilon = draft.reader.positive("rms_norm_eps", 1e-5);
        draft.place = NormPlace.AFTER;
        draft.qkNorm = QkNorm.WHOLE;
        if (draft.reader.flag("attention_bias", false)) {
            draft.bias = AttentionBias.ALL;
        }
        return draft.layers(RopeReader.read(draft.reader, draft.headDim()), 0, layer -> false)
                .build();
    }
}
