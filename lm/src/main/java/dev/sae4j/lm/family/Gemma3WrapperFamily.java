package dev.sae4j.lm.family;

import java.util.List;

/// Gemma 3 as the larger models are published: the text model, its config in `text_config`, beside a
/// vision model (`vision_tower`, `multi_modal_projector`) that is not read.
final class Gemma3WrapperFamily extends Gemma3Family {
    @Override
    public List<String> modelTypes() {
        return List.of("gemma3");
    }

    @Override
    public WeightNames names() {
        return super.names()
                .withRoots(
                        new WeightNames.Root("language_model.model.", "language_model.lm_head"),
                        new WeightNames.Root("model.language_model.", "lm_head"));
    }

    /// GGUF files have the vision part beside them: their text model is [Gemma3Family]'s.
    @Override
    public List<GgufForm> gguf() {
        return List.of();
    }

    @Override
    public DecoderSpec spec(ConfigReader reader) {
        if (!reader.has("text_config")) {
            throw reader.bad("text_config", "is missing: expected the text model's settings");
        }
        return textModel(reader.inner("text_config"));
    }

    @Override
    public List<String> notes() {
        return List.of("the vision part of the model is left out: it runs on text only");
    }
}
