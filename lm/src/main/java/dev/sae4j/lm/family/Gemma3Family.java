package dev.sae4j.lm.family;

import dev.sae4j.lm.family.DecoderSpec.QkNorm;
import dev.sae4j.lm.family.DecoderSpec.Rope;
import java.util.List;

/// Gemma 3, the text model: norms over each head's query and key; layers slide but for every
/// `sliding_window_pattern`-th, which sees everything and turns queries and keys more slowly.
///
/// Left out of a config: `sliding_window_pattern` is 6, `rope_theta` 1000000,
/// `rope_local_base_freq` 10000 (of the layers that slide); `rope_scaling` is for the others only.
/// In transformers 5 `layer_types` says which layers slide and `rope_parameters` has an object for
/// each kind.
class Gemma3Family extends GemmaFamily {
    private static final int LAYERS_OF_27B = 62;
    private static final double LOCAL_THETA = 10_000;
    private static final String FULL = "full_attention";
    private static final String SLIDING = "sliding_attention";

    @Override
    public List<String> modelTypes() {
        return List.of("gemma3_text");
    }

    /// GGUF files hold the text model; they do not say how layers that slide turn.
    @Override
    public List<GgufForm> gguf() {
        return List.of(
                GgufForm.of("gemma3", "gemma3_text")
                        .with(config -> {
                            translate(config, LAYERS_OF_27B);
                            config.slidingPattern();
                            config.turnSlidingLayersBy(LOCAL_THETA);
                        }));
    }

    @Override
    public DecoderSpec spec(ConfigReader reader) {
        return textModel(reader);
    }

    static DecoderSpec textModel(ConfigReader reader) {
        SpecDraft draft = draft(reader, 262_208, 0, 0);
        draft.defaultContext = 1 << 17;
        draft.qkNorm = QkNorm.PER_HEAD;
        int pattern = reader.integer("sliding_window_pattern", 1, 1000, 6);
        double theta = reader.positive("rope_theta", 1e6);
        double local = reader.positive("rope_local_base_freq", LOCAL_THETA);
        ConfigReader byKind = reader.inner("rope_parameters");
        boolean split = byKind.has(FULL) || byKind.has(SLIDING);
        Rope full =
                split
                        ? RopeReader.read(reader, byKind.inner(FULL), draft.headDim(), theta)
                        : RopeReader.read(reader, draft.headDim(), theta, 1);
        ConfigReader ofSliding = byKind.inner(split ? SLIDING : "none");
        Rope sliding = RopeReader.read(reader, ofSliding, draft.headDim(), local);
        return draft.layers(full, sliding, window(reader), layer -> (layer + 1) % pattern != 0)
                .build();
    }
}
