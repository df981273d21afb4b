package dev.sae4j.lm.family;

import dev.sae4j.lm.family.DecoderSpec.AttentionBias;
import dev.sae4j.lm.family.DecoderSpec.Embedding;
import dev.sae4j.lm.family.DecoderSpec.Head;
import dev.sae4j.lm.family.DecoderSpec.NormKind;
import dev.sae4j.lm.family.DecoderSpec.NormPlace;
import dev.sae4j.lm.family.WeightNames.Norms;
import dev.sae4j.lm.gguf.GgufConfig;

/// What Gemma 2 and 3 share: norms that multiply by `1 + weight` before and behind each part, an
/// embedding scaled by the root of the width, GeGLU, a scale of scores that the config gives, layers
/// that slide and layers that see everything.
///
/// Left out of a config: sizes as in the 2B model, `num_key_value_heads` 4, `head_dim` and
/// `query_pre_attn_scalar` 256, `sliding_window` 4096, `hidden_activation` gelu_pytorch_tanh
/// (`hidden_act` is not looked at), `tie_word_embeddings` true.
abstract class GemmaFamily implements Family {
    @Override
    public WeightNames names() {
        return WeightNames.LLAMA.withNorms(
                new Norms(
                        "input_layernorm",
                        "post_attention_layernorm",
                        "pre_feedforward_layernorm",
                        "post_feedforward_layernorm",
                        "self_attn.q_norm",
                        "self_attn.k_norm"));
    }

    /// @param softCap of scores where the config does not say; 0 for none
    /// @param logitCap of logits where the config does not say; 0 for none
    static SpecDraft draft(ConfigReader reader, int vocabulary, double softCap, double logitCap) {
        if (reader.has("use_bidirectional_attention")) {
            reader.requireFlag("use_bidirectional_attention", false);
        }
        var sizes = new SpecDraft.Defaults(vocabulary, 2304, 26, 8, 9216);
        var draft = new SpecDraft(reader, sizes);
        draft.embedding = new Embedding((float) Math.sqrt(draft.width), false);
        draft.norm = NormKind.RMS_PLUS_ONE;
        draft.place = NormPlace.AROUND;
        if (!reader.node().has("num_key_value_heads")) {
            draft.kvHeads = 4;
        }
        draft.headDim = reader.integer("head_dim", 1, 4096, 256);
        draft.bias = reader.flag("attention_bias", false) ? AttentionBias.ALL : AttentionBias.NONE;
        draft.scale = 1 / Math.sqrt(reader.positive("query_pre_attn_scalar", 256));
        draft.softCap = reader.positiveOrNull("attn_logit_softcapping", softCap);
        draft.activation = reader.activation("hidden_activation", "gelu_pytorch_tanh");
        draft.head =
                new Head(
                        reader.flag("tie_word_embeddings", true),
                        reader.positiveOrNull("final_logit_softcapping", logitCap));
        return draft;
    }

    /// Translates what is Gemma's own in GGUF files. They leave out what scores are divided by the
    /// root of: the size of a head, but in the 27B models an equal part of the width.
    ///
    /// @param layersOf27B by which those are told, as llama.cpp does
    static void translate(GgufConfig config, int layersOf27B) {
        config.copy("sliding_window", "attention.sliding_window");
        config.copy("attn_logit_softcapping", "attn_logit_softcapping");
        config.copy("final_logit_softcapping", "final_logit_softcapping");
        int divided =
                config.size("num_hidden_layers") == layersOf27B
                        ? config.size("hidden_size") / config.size("num_attention_heads")
                        : config.size("head_dim");
        config.scoresDividedByRootOf("query_pre_attn_scalar", divided);
    }

    static int window(ConfigReader reader) {
        return reader.integer("sliding_window", 1, 1 << 26, 4096);
    }
}
