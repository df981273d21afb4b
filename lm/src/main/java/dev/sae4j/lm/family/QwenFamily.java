package dev.sae4j.lm.family;

import dev.sae4j.lm.family.DecoderSpec.AttentionBias;
import dev.sae4j.lm.family.DecoderSpec.QkNorm;
import java.util.List;

/// Qwen 2, 2.5 and 3: a Llama with biases on queries, keys and values (2, 2.5), or with norms over
/// each head's query and key (3).
///
/// Left out of a config: `num_key_value_heads` is 32, Qwen 3's `head_dim` 128. `sliding_window`
/// counts only with `use_sliding_window`, on layers from `max_window_layers` (28) on.
final class QwenFamily implements Family {
    private static final String SECOND = "qwen2";
    private static final String THIRD = "qwen3";

    @Override
    public List<String> modelTypes() {
        return List.of(SECOND, THIRD);
    }

    @Override
    public WeightNames names() {
        return WeightNames.LLAMA.withNorms(
                WeightNames.LLAMA.norms().withQueryAndKey("self_attn.q_norm", "self_attn.k_norm"));
    }

    @Override
    public List<GgufForm> gguf() {
        return List.of(GgufForm.of("qwen2", SECOND), GgufForm.of("qwen3", THIRD));
    }

    @Override
    public DecoderSpec spec(ConfigReader reader) {
        var draft = new SpecDraft(reader);
        draft.defaultContext = 1 << 15;
        if (!reader.node().has("num_key_value_heads")) {
            draft.kvHeads = 32;
        }
        if (reader.word("model_type", SECOND).equals(THIRD)) {
            draft.qkNorm = QkNorm.PER_HEAD;
            draft.headDim = reader.integer("head_dim", 1, 4096, 128);
            draft.bias =
                    reader.flag("attention_bias", false) ? AttentionBias.ALL : AttentionBias.NONE;
        } else {
            draft.bias = AttentionBias.QKV;
        }
        int window =
                reader.flag("use_sliding_window", false)
                        ? reader.integerOrNull("sliding_window", 1 << 26, 4096)
                        : 0;
        int from = reader.integer("max_window_layers", 0, 1 << 20, 28);
        return draft.layers(
                        RopeReader.read(reader, draft.headDim()),
                        window,
                        layer -> window > 0 && layer >= from)
                .build();
    }
}
