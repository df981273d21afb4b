package dev.sae4j.lm.family;

import java.util.List;

/// Gemma 2: every second layer slides, the first among them; scores and logits have soft caps.
///
/// Left out of a config: `attn_logit_softcapping` is 50 and `final_logit_softcapping` 30; `null`
/// means none.
final class Gemma2Family extends GemmaFamily {
    private static final int LAYERS_OF_27B = 46;

    @Override
    public List<String> modelTypes() {
        return List.of("gemma2");
    }

    @Override
    public List<GgufForm> gguf() {
        return List.of(
                GgufForm.of("gemma2", "gemma2").with(config -> translate(config, LAYERS_OF_27B)));
    }

    @Override
    public DecoderSpec spec(ConfigReader reader) {
        SpecDraft draft = draft(reader, 256_000, 50, 30);
        draft.defaultContext = 8192;
        return draft.layers(
                        RopeReader.read(reader, draft.headDim()),
                        window(reader),
                        layer -> layer % 2 == 0)
                .build();
    }
}
