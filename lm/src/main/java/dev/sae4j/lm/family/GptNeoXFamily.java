package dev.sae4j.lm.family;

import dev.sae4j.lm.family.DecoderSpec.AttentionBias;
import dev.sae4j.lm.family.DecoderSpec.NormKind;
import java.util.List;

/// GPT-NeoX and Pythia: layer norms with biases, attention and MLP side by side, part of each head
/// turned, a plain GELU MLP, one matrix for queries, keys and values, head by head.
///
/// Left out of a config: `rotary_pct` is 0.25, `rotary_emb_base` 10000, `layer_norm_eps` 1e-5,
/// `hidden_act` gelu, `use_parallel_residual` and `attention_bias` true. The files also hold masks
/// and frequencies, which are not read.
final class GptNeoXFamily implements Family {
    @Override
    public List<String> modelTypes() {
        return List.of("gpt_neox");
    }

    @Override
    public WeightNames names() {
        return new WeightNames(
                List.of(new WeightNames.Root("gpt_neox.", "embed_out")),
                "embed_in",
                "",
                "final_layer_norm",
                "layers.%d.",
                WeightNames.Norms.before("input_layernorm", "post_attention_layernorm"),
                new WeightNames.Qkv.FusedByHead("attention.query_key_value"),
                "attention.dense",
                new WeightNames.Mlp.Plain("mlp.dense_h_to_4h", "mlp.dense_4h_to_h"),
                false);
    }

    /// In GGUF files the queries of all heads go before the keys and values.
    @Override
    public List<GgufForm> gguf() {
        return List.of(
                GgufForm.of("gptneox", "gpt_neox")
                        .with(
                                WeightNames.GGUF
                                        .withQkv(new WeightNames.Qkv.Fused("attn_qkv"))
                                        .withMlp(new WeightNames.Mlp.Plain("ffn_up", "ffn_down")))
                        .with(config ->
                                config.require("use_parallel_residual", "use_parallel_residual")));
    }

    @Override
    public DecoderSpec spec(ConfigReader reader) {
        var draft = new SpecDraft(reader);
        draft.norm = NormKind.LAYER;
        draft.epsilon = reader.positive("layer_norm_eps", 1e-5);
        draft.parallel = reader.flag("use_parallel_residual", true);
        draft.bias = reader.flag("attention_bias", true) ? AttentionBias.ALL : AttentionBias.NONE;
        draft.kvHeads = draft.heads;
        draft.gated = false;
        draft.activation = reader.activation("hidden_act", "gelu");
        draft.mlpBias = true;
        return draft.layers(
                        RopeReader.read(
                                reader,
                                draft.headDim(),
                                reader.positive("rotary_emb_base", 10_000),
                                reader.positive("rotary_pct", 0.25)),
                        0,
                        layer -> false)
                .build();
    }
}
