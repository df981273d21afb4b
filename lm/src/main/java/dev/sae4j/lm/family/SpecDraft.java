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
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/// A [DecoderSpec] in the making, for families that call their sizes `hidden_size`,
/// `num_hidden_layers`, `num_attention_heads` and so on. It starts as a plain Llama - RMS norms
/// before the parts, whole heads turned, every layer sees everything, SwiGLU - and a family changes
/// what is different.
final class SpecDraft {
    final ConfigReader reader;
    final int width;
    final int layers;
    final int heads;

    int vocabulary;
    int headDim;
    int defaultContext = 2048;
    Embedding embedding = Embedding.PLAIN;
    NormKind norm = NormKind.RMS;
    double epsilon;
    NormPlace place = NormPlace.BEFORE;
    boolean parallel;
    int kvHeads;
    AttentionBias bias = AttentionBias.NONE;
    QkNorm qkNorm = QkNorm.NONE;
    double scale;
    double softCap;
    boolean gated = true;
    MlpActivation activation;
    int mlpSize;
    boolean mlpBias;
    Head head;

    private final List<LayerKind> kinds = new ArrayList<>();

    /// What a config class puts in the place of what the file leaves out.
    ///
    /// @param vocabulary 0 if it must be there
    /// @param width 0 if it must be there
    /// @param layers 0 if it must be there
    /// @param heads 0 if it must be there
    /// @param mlpSize 0 if it must be there
    record Defaults(int vocabulary, int width, int layers, int heads, int mlpSize) {
        static final Defaults NONE = new Defaults(0, 0, 0, 0, 0);
    }

    SpecDraft(ConfigReader reader) {
        this(reader, Defaults.NONE);
    }

    SpecDraft(ConfigReader reader, Defaults defaults) {
        this.reader = reader;
        vocabulary = size("vocab_size", 1 << 22, defaults.vocabulary);
        width = size("hidden_size", 1 << 16, defaults.width);
        layers = size("num_hidden_layers", 1000, defaults.layers);
        heads = size("num_attention_heads", 4096, defaults.heads);
        mlpSize = size("intermediate_size", 1 << 20, defaults.mlpSize);
        epsilon = reader.positive("rms_norm_eps", 1e-6);
        kvHeads = reader.integer("num_key_value_heads", 1, 4096, heads);
        headDim = reader.integer("head_dim", 1, 4096, 0);
        activation = reader.activation("hidden_act", "silu");
        head = new Head(reader.flag("tie_word_embeddings", false), 0);
    }

    private int size(String key, int most, int otherwise) {
        return otherwise == 0
                ? reader.integer(key, 1, most)
                : reader.integer(key, 1, most, otherwise);
    }

    /// Size of a head where the config does not say: that of others, or an equal part of the width.
    int headDim() {
        if (headDim == 0) {
            if (width % heads != 0) {
                throw reader.bad(
                        "hidden_size",
                        "is %d, not a multiple of num_attention_heads %d, and there is no head_dim"
                                .formatted(width, heads));
            }
            headDim = width / heads;
        }
        return headDim;
    }

    /// All layers turn queries and keys in one way; those that slide see `window` keys. A config's
    /// `layer_types` goes before `slides`.
    SpecDraft layers(Rope rope, int window, IntPredicate slides) {
        return layers(rope, rope, window, slides);
    }

    /// Layers that slide turn queries and keys by `sliding` and see `window` keys, others turn them
    /// by `full` and see all.
    SpecDraft layers(Rope full, Rope sliding, int window, IntPredicate slides) {
        List<String> types = reader.words("layer_types");
        if (!types.isEmpty() && types.size() != layers) {
            throw reader.bad(
                    "layer_types", "has %d entries for %d layers".formatted(types.size(), layers));
        }
        for (int layer = 0; layer < layers; layer++) {
            boolean slide = types.isEmpty() ? slides.test(layer) : slides(types.get(layer));
            kinds.add(slide ? new LayerKind(sliding, window) : new LayerKind(full, 0));
        }
        return this;
    }

    private boolean slides(String type) {
        return switch (type) {
            case "sliding_attention" -> true;
            case "full_attention" -> false;
            default ->
                    throw reader.bad(
                            "layer_types",
                            "names '%s'; supported are: full_attention, sliding_attention"
                                    .formatted(type));
        };
    }

    DecoderSpec build() {
        if (heads % kvHeads != 0) {
            throw reader.bad(
                    "num_attention_heads",
                    "is %d, not a multiple of num_key_value_heads %d".formatted(heads, kvHeads));
        }
        int size = headDim();
        Rope last = kinds.getLast().rope();
        return new DecoderSpec(
                reader.word("model_type", ""),
                vocabulary,
                width,
                RopeReader.context(reader, last, defaultContext),
                embedding,
                new Block(new Norm(norm, epsilon), place, parallel),
                new Attention(
                        heads,
                        kvHeads,
                        size,
                        bias,
                        qkNorm,
                        scale == 0 ? 1 / Math.sqrt(size) : scale,
                        softCap),
                kinds,
                new Mlp(gated, activation, mlpSize, mlpBias),
                head);
    }
}
