package dev.sae4j.lm.family;

import java.nio.file.Path;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// Gemma 2: every second layer slides, the first among them; scores and logits have soft caps.
///
/// Left out of a config: `attn_logit_softcapping` is 50 and `final_logit_softcapping` 30; `null`
/// means none.
final class Gemma2Family extends GemmaFamily {
    @Override
    public List<String> modelTypes() {
        return List.of("gemma2");
    }

    @Override
    public DecoderSpec spec(JsonNode config, Path file) {
        var reader = new ConfigReader(config, file, "");
        SpecDraft draft = draft(reader, 256_000, 50, 30);
        draft.defaultContext = 8192;
        return draft.layers(
                        RopeReader.read(reader, draft.headDim()),
                        window(reader),
                        layer -> layer % 2 == 0)
                .build();
    }
}
