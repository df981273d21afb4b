package dev.sae4j.lm.family;

import java.util.List;

/// Mistral: a Llama whose layers all see only the nearest `sliding_window` keys.
///
/// Left out of a config: `num_key_value_heads` is 8, `sliding_window` 4096; `null` means none.
final class MistralFamily implements Family {
    @Override
    public List<String> modelTypes() {
        return List.of("mistral");
    }

    @Override
    public WeightNames names() {
        return WeightNames.LLAMA;
    }

    @Override
    public DecoderSpec spec(ConfigReader reader) {
        var draft = new SpecDraft(reader);
        draft.defaultContext = 1 << 17;
        if (!reader.node().has("num_key_value_heads")) {
            draft.kvHeads = 8;
        }
        int window = reader.integerOrNull("sliding_window", 1 << 26, 4096);
        return draft.layers(RopeReader.read(reader, draft.headDim()), window, layer -> window > 0)
                .build();
    }
}
