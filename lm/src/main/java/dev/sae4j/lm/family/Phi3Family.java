package dev.sae4j.lm.family;

import java.util.List;

/// Phi 3 and 4: a Llama with one matrix for queries, keys and values and one for gate and up
/// projection. Models for long contexts (`longrope`) are run on sequences of up to
/// `original_max_position_embeddings` tokens.
///
/// Left out of a config: `rms_norm_eps` is 1e-5, `max_position_embeddings` 4096; without
/// `sliding_window` every layer sees everything.
final class Phi3Family implements Family {
    @Override
    public List<String> modelTypes() {
        return List.of("phi3");
    }

    @Override
    public WeightNames names() {
        return WeightNames.LLAMA
                .withQkv(new WeightNames.Qkv.Fused("self_attn.qkv_proj"))
                .withMlp(new WeightNames.Mlp.FusedGate("mlp.gate_up_proj", "mlp.down_proj"));
    }

    @Override
    public List<GgufForm> gguf() {
        return List.of(
                GgufForm.of("phi3", "phi3")
                        .with(
                                WeightNames.GGUF
                                        .withQkv(new WeightNames.Qkv.Fused("attn_qkv"))
                                        .withMlp(
                                                new WeightNames.Mlp.FusedGate(
                                                        "ffn_up", "ffn_down")))
                        .with(config ->
                                config.copyUnlessZero(
                                        "sliding_window", "attention.sliding_window")));
    }

    @Override
    public DecoderSpec spec(ConfigReader reader) {
        var draft = new SpecDraft(reader);
        draft.epsilon = reader.positive("rms_norm_eps", 1e-5);
        draft.defaultContext = 4096;
        int window = reader.integer("sliding_window", 1, 1 << 26, 0);
        return draft.layers(RopeReader.read(reader, draft.headDim()), window, layer -> window > 0)
                .build();
    }
}
