package dev.sae4j.lm;

import dev.sae4j.testing.Gen;
import java.util.SplittableRandom;

/// A GGUF model with random weights, to be spoilt in tests: width 8, 2 heads of 4, 2 layers, inner
/// size 12, 10 tokens.
final class TinyGguf {
    private TinyGguf() {}

    /// A Llama that is not tied.
    static GgufFile llama() {
        GgufFile file = sizes("llama");
        layers(file);
        matrix(file, "output.weight", 10, 8);
        return file;
    }

    /// Any architecture without fused matrices; not all of its tensors.
    static GgufFile of(String architecture) {
        GgufFile file = sizes(architecture);
        layers(file);
        return file;
    }

    private static GgufFile sizes(String architecture) {
        String prefix = architecture + ".";
        return new GgufFile()
                .put("general.architecture", architecture)
                .put(prefix + "context_length", 32)
                .put(prefix + "embedding_length", 8)
                .put(prefix + "block_count", 2)
                .put(prefix + "feed_forward_length", 12)
                .put(prefix + "attention.head_count", 2)
                .put(prefix + "attention.head_count_kv", 1)
                .put(prefix + "attention.layer_norm_rms_epsilon", 1e-5)
                .put(prefix + "rope.freq_base", 10_000.0)
                .put(prefix + "rope.dimension_count", 4);
    }

    private static void layers(GgufFile file) {
        matrix(file, "token_embd.weight", 10, 8);
        vector(file, "output_norm.weight", 8);
        for (int layer = 0; layer < 2; layer++) {
            String in = "blk." + layer + ".";
            vector(file, in + "attn_norm.weight", 8);
            vector(file, in + "ffn_norm.weight", 8);
            matrix(file, in + "attn_q.weight", 8, 8);
            matrix(file, in + "attn_k.weight", 4, 8);
            matrix(file, in + "attn_v.weight", 4, 8);
            matrix(file, in + "attn_output.weight", 8, 8);
            matrix(file, in + "ffn_gate.weight", 12, 8);
            matrix(file, in + "ffn_up.weight", 12, 8);
            matrix(file, in + "ffn_down.weight", 8, 12);
        }
    }

    static void vector(GgufFile file, String name, int size) {
        file.put(name, Gen.gaussians(new SplittableRandom(name.hashCode()), size), size);
    }

    static void matrix(GgufFile file, String name, int rows, int columns) {
        float[] values = Gen.gaussians(new SplittableRandom(name.hashCode()), rows * columns);
        file.put(name, values, rows, columns);
    }
}
