package dev.sae4j.lm.family;

import dev.sae4j.kernel.MlpActivation;
import dev.sae4j.lm.family.DecoderSpec.Attention;
import dev.sae4j.lm.family.DecoderSpec.AttentionBias;
import dev.sae4j.lm.family.DecoderSpec.Block;
import dev.sae4j.lm.family.DecoderSpec.Embedding;
import dev.sae4j.lm.family.DecoderSpec.Head;
import dev.sae4j.lm.family.DecoderSpec.LayerKind;
import dev.sae4j.lm.family.DecoderSpec.Mlp;
import dev.sae4j.lm.family.DecoderSpec.Norm;
import dev.sae4j.lm.family.DecoderSpec.NormKind;
import dev.sae4j.lm.family.DecoderSpec.NormPlace;
import dev.sae4j.lm.family.DecoderSpec.QkNorm;
import dev.sae4j.lm.family.DecoderSpec.Rope;
import java.util.Collections;
import java.util.List;

/// GPT-2: learned positions, layer norms with biases, a plain GELU MLP. Linear layers are stored
/// `[inputs, outputs]`, one for queries, keys and values.
///
/// Left out of a config: `n_inner` is `4 * n_embd`, `layer_norm_epsilon` 1e-5,
/// `activation_function` gelu_new, `tie_word_embeddings` true. The files may also hold masks
/// (`attn.bias`), which are not read.
final class Gpt2Family implements Family {
    @Override
    public List<String> modelTypes() {
        return List.of("gpt2");
    }

    @Override
    public WeightNames names() {
        return new WeightNames(
                List.of(
                        new WeightNames.Root("transformer.", "lm_head"),
                        new WeightNames.Root("", "lm_head")),
                "wte",
                "wpe",
                "ln_f",
                "h.%d.",
                WeightNames.Norms.before("ln_1", "ln_2"),
                new WeightNames.Qkv.Fused("attn.c_attn"),
                "attn.c_proj",
                new WeightNames.Mlp.Plain("mlp.c_fc", "mlp.c_proj"),
                true);
    }

    /// GGUF files keep linear layers `[outputs, inputs]`, as those of all architectures.
    @Override
    public List<GgufForm> gguf() {
        return List.of(
                GgufForm.of("gpt2", "gpt2")
                        .with(
                                WeightNames.GGUF
                                        .withQkv(new WeightNames.Qkv.Fused("attn_qkv"))
                                        .withMlp(new WeightNames.Mlp.Plain("ffn_up", "ffn_down")))
                        .with(config -> {
                            config.require("n_embd", "embedding_length");
                            config.require("n_head", "attention.head_count");
                            config.require("n_layer", "block_count");
                            config.require("n_inner", "feed_forward_length");
                            config.require("n_positions", "context_length");
                        }));
    }

    @Override
    public DecoderSpec spec(ConfigReader reader) {
        reader.requireFlag("scale_attn_by_inverse_layer_idx", false);
        reader.requireFlag("add_cross_attention", false);
        int width = reader.integer("n_embd", 1, 1 << 16);
        int heads = reader.integer("n_head", 1, 4096);
        if (width % heads != 0) {
            throw reader.bad(
                    "n_embd", "is %d, not a multiple of n_head %d".formatted(width, heads));
        }
        int headDim = width / heads;
        double scale = reader.flag("scale_attn_weights", true) ? 1 / Math.sqrt(headDim) : 1;
        double epsilon = reader.positive("layer_norm_epsilon", 1e-5);
        MlpActivation activation = reader.activation("activation_function", "gelu_new");
        int inner = reader.integer("n_inner", 1, 1 << 20, 4 * width);
        int layers = reader.integer("n_layer", 1, 1000);
        return new DecoderSpec(
                "gpt2",
                reader.integer("vocab_size", 1, 1 << 22),
                width,
                reader.integer("n_positions", 1, 1 << 26, 1024),
                new Embedding(1, true),
                new Block(new Norm(NormKind.LAYER, epsilon), NormPlace.BEFORE, false),
                new Attention(heads, heads, headDim, AttentionBias.ALL, QkNorm.NONE, scale, 0),
                Collections.nCopies(layers, new LayerKind(Rope.NONE, 0)),
                new Mlp(false, activation, inner, true),
                new Head(reader.flag("tie_word_embeddings", true), 0));
    }
}
