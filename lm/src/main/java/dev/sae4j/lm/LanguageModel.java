package dev.sae4j.lm;

import dev.sae4j.kernel.PackedMatrix;
import dev.sae4j.kernel.Workers;
import dev.sae4j.lm.family.DecoderSpec;
import java.nio.file.Path;

/// A decoder with its tokenizer, opened from a Hugging Face folder. Weights are mapped and packed
/// layer by layer when first needed. Instances may be shared between threads.
public final class LanguageModel implements AutoCloseable {
    private LanguageModel() {}

    /// Opens a folder with `config.json`, `model.safetensors` (or shards with an index) and
    /// `tokenizer.json`.
    public static LanguageModel open(Path folder) {
        return Unfinished.yet();
    }

    /// The small model that comes with the program.
    public static LanguageModel demo() {
        return Unfinished.yet();
    }

    /// What the model is made of.
    public DecoderSpec spec() {
        return Unfinished.yet();
    }

    /// The model's tokenizer, loaded when first asked for.
    public Tokenizer tokenizer() {
        return Unfinished.yet();
    }

    /// Name of the folder, or `sae4j-demo`.
    public String name() {
        return Unfinished.yet();
    }

    /// Prepares one run over a batch; nothing is computed yet.
    public ForwardPass forward(Workers workers, TokenBatch batch) {
        return Unfinished.yet();
    }

    /// @throws dev.sae4j.io.UsageException if the model has no such layer
    public void checkHook(Hook hook) {
        Unfinished.yet();
    }

    /// Floating-point operations of the model for a batch up to and with `last`, without the head:
    /// 2 per weight and token in the matrix products, and `2 * heads * headDim * n * (n + 1)` per
    /// layer for the two products of causal attention over n tokens.
    public long flops(TokenBatch batch, Hook last) {
        return Unfinished.yet();
    }

    /// The unembedding `[V, D]`, packed; logits are the final norm's output times its transpose.
    public PackedMatrix unembedding(Workers workers) {
        return Unfinished.yet();
    }

    /// `[D]`, weight of the final norm.
    public float[] finalNormWeight() {
        return Unfinished.yet();
    }

    @Override
    public void close() {}
}
