package dev.sae4j.lm;

import dev.sae4j.kernel.CausalAttention;
import dev.sae4j.kernel.KeptKeys;
import dev.sae4j.kernel.Workers;
import dev.sae4j.lm.family.DecoderSpec;
import java.util.Arrays;

/// What a model keeps of one text that it reads piece by piece: the keys and values of the tokens
/// so far in each layer, so that a new token costs one row instead of the whole text (the field's
/// KV cache). Layers with a window keep no more than they can see. Made by [LanguageModel#memory()];
/// not for sharing between threads.
public final class TextMemory {
    private final DecoderSpec spec;
    private final KeptKeys[] layers;
    private int length;

    TextMemory(DecoderSpec spec) {
        this.spec = spec;
        this.layers = new KeptKeys[spec.layers()];
        for (int layer = 0; layer < layers.length; layer++) {
            layers[layer] = new KeptKeys(heads(spec), rule(spec, layer));
        }
    }

    /// How the heads of all layers are laid out.
    static CausalAttention.Heads heads(DecoderSpec spec) {
        DecoderSpec.Attention a = spec.attention();
        return new CausalAttention.Heads(a.heads(), a.kvHeads(), a.headDim());
    }

    /// How a layer's scores are made.
    static CausalAttention.Rule rule(DecoderSpec spec, int layer) {
        DecoderSpec.Attention a = spec.attention();
        int window = spec.kinds().get(layer).window();
        return new CausalAttention.Rule((float) a.scale(), (float) a.softCap(), window);
    }

    /// Tokens read so far.
    public int length() {
        return length;
    }

    /// Tokens that fit behind those, up to the end of the model's context.
    public int room() {
        return spec.context() - length;
    }

    /// Bytes of memory taken by keys and values.
    public long bytes() {
        return Arrays.stream(layers).mapToLong(KeptKeys::bytes).sum();
    }

    void requireOf(DecoderSpec other) {
        if (!spec.equals(other)) {
            throw new IllegalArgumentException("the memory is of another model");
        }
    }

    /// Attention of new tokens in one layer, whose keys and values are kept.
    ///
    /// @param qkv `[tokens, (query + 2 * keyValue) * size]`, already rotated
    /// @param out `[tokens, query * size]`
    void attend(Workers workers, int layer, float[] qkv, int tokens, float[] out) {
        KeptKeys kept = layers[layer];
        kept.put(length, qkv, tokens);
        if (length == 0) {
            CausalAttention.Rule rule = rule(spec, layer);
            CausalAttention.apply(workers, heads(spec), rule, qkv, new int[] {0, tokens}, out);
        } else {
            kept.attend(workers, qkv, tokens, out);
        }
    }

    /// The new tokens have been through all layers.
    void add(int tokens) {
        length += tokens;
    }
}
