package dev.sae4j.lm;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.kernel.PackedMatrix;
import dev.sae4j.kernel.Workers;
import dev.sae4j.lm.family.DecoderSpec;
import dev.sae4j.lm.family.Families;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;

/// A decoder with its tokenizer, opened from a Hugging Face folder. Weights are mapped and packed
/// layer by layer when first needed. Instances may be shared between threads.
public final class LanguageModel implements AutoCloseable {
    private final Path folder;
    private final String name;
    private final DecoderSpec spec;
    private final Weights weights;
    private final Decoder decoder;
    private @Nullable Tokenizer tokenizer; // guarded by this

    private LanguageModel(Path folder, String name, DoubleUnaryOperator rounding) {
        this.folder = folder;
        this.name = name;
        Families.Match match = Families.read(folder.resolve("config.json"));
        this.spec = match.spec();
        double[] frequencies = RopeFrequencies.of(spec.rope(), spec.attention().headDim());
        this.weights =
                Weights.open(folder, match, Arrays.stream(frequencies).map(rounding).toArray());
        this.decoder = new Decoder(spec, weights, name);
    }

    /// Opens a folder with `config.json`, `model.safetensors` (or shards with an index) and
    /// `tokenizer.json`. Checks the names and sizes of all weights and reads none.
    ///
    /// @throws Sae4jException if something is missing, damaged or of a family not supported
    public static LanguageModel open(Path folder) {
        return open(folder, frequency -> frequency);
    }

    /// As [#open(Path)] with rotary frequencies rounded in some way: that of a recorded run.
    static LanguageModel open(Path folder, DoubleUnaryOperator rounding) {
        if (!Files.isDirectory(folder)) {
            throw Sae4jException.in(
                    folder,
                    (Files.exists(folder) ? "is not a folder" : "does not exist")
                            + ": expected a model folder with config.json, model.safetensors and tokenizer.json");
        }
        Path last = folder.toAbsolutePath().normalize().getFileName();
        return new LanguageModel(folder, last == null ? "model" : last.toString(), rounding);
    }

    /// The small model that comes with the program.
    public static LanguageModel demo() {
        return new LanguageModel(DemoModel.folder(), "sae4j-demo", frequency -> frequency);
    }

    /// What the model is made of.
    public DecoderSpec spec() {
        return spec;
    }

    /// The model's tokenizer, loaded when first asked for and closed with the model.
    ///
    /// @throws Sae4jException if `tokenizer.json` is missing, damaged or of another model
    public synchronized Tokenizer tokenizer() {
        Tokenizer there = tokenizer;
        if (there != null) {
            return there;
        }
        Path file = folder.resolve("tokenizer.json");
        Tokenizer opened = Tokenizer.open(file);
        if (opened.vocabularySize() > spec.vocabulary()) {
            int size = opened.vocabularySize();
            opened.close();
            throw Sae4jException.in(
                    file,
                    "has %d tokens, but config.json says vocab_size %d: the tokenizer belongs to another model"
                            .formatted(size, spec.vocabulary()));
        }
        tokenizer = opened;
        return opened;
    }

    /// Name of the folder, or `sae4j-demo`.
    public String name() {
        return name;
    }

    /// Prepares one run over a batch; nothing is computed yet.
    ///
    /// @throws Sae4jException if a token is not in the vocabulary
    /// @throws dev.sae4j.io.UsageException if a sequence is longer than the model's context
    public ForwardPass forward(Workers workers, TokenBatch batch) {
        decoder.check(batch);
        return new ForwardPass(decoder, workers, batch);
    }

    /// Checks that the model has a hook's layer.
    ///
    /// @throws dev.sae4j.io.UsageException naming the layers it has
    public void checkHook(Hook hook) {
        decoder.checkHook(hook);
    }

    /// Floating-point operations of the model for a batch up to and with `last`, without the head:
    /// 2 per weight and token in the matrix products, and per layer and sequence of n tokens
    /// `2 * heads * headDim * n * (n + 1)` for the two products of causal attention.
    public long flops(TokenBatch batch, Hook last) {
        DecoderSpec.Attention a = spec.attention();
        long width = spec.width();
        long attention = 2 * width * (a.queryWidth() + 2L * a.kvWidth() + a.queryWidth());
        long mlp = 2 * width * 3 * spec.mlp().size();
        long causal = 0;
        for (int s = 0; s < batch.sequences(); s++) {
            long n = batch.length(s);
            causal += 2L * a.queryWidth() * n * (n + 1);
        }
        int steps = last.stepsNeeded();
        long attentions = Math.ceilDiv(steps, 2);
        long mlps = Math.floorDiv(steps, 2);
        return attentions * (batch.tokenCount() * attention + causal)
                + mlps * batch.tokenCount() * mlp;
    }

    /// The unembedding `[V, D]`, packed; logits are the final norm's output times its transpose.
    public PackedMatrix unembedding(Workers workers) {
        return weights.unembedding(workers);
    }

    /// `[D]`, weight of the final norm.
    public float[] finalNormWeight() {
        return weights.finalNorm().clone();
    }

    /// Layers whose weights have been read so far.
    int layersPacked() {
        return weights.layersPacked();
    }

    @Override
    public synchronized void close() {
        if (tokenizer != null) {
            tokenizer.close();
            tokenizer = null;
        }
        weights.close();
    }
}
