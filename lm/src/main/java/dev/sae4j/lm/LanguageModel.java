package dev.sae4j.lm;

import dev.sae4j.io.FileState;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.kernel.PackedMatrix;
import dev.sae4j.kernel.Workers;
import dev.sae4j.lm.chat.ChatTemplate;
import dev.sae4j.lm.family.DecoderSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;

/// A decoder with its tokenizer, opened from a Hugging Face folder or a GGUF file. Weights are
/// mapped, and widened and packed matrix by matrix when first needed. Instances may be shared
/// between threads.
public final class LanguageModel implements AutoCloseable {
    private final ModelSource source;
    private final String name;
    private final DecoderSpec spec;
    private final List<String> notes;
    private final List<FileState> files;
    private final Weights weights;
    private final Decoder decoder;
    private @Nullable Tokenizer tokenizer; // guarded by this

    private LanguageModel(ModelSource source, String name, DoubleUnaryOperator rounding) {
        this.source = source;
        this.name = name;
        this.spec = source.match().spec();
        this.notes = source.match().notes();
        this.files = ModelStamps.weights(source.files()); // before they are mapped
        this.weights = source.weights(new RopeTables(spec, rounding));
        this.decoder = new Decoder(spec, weights, name);
    }

    /// Opens a folder with `config.json`, `model.safetensors` or `pytorch_model.bin` (or shards of
    /// either with an index) and `tokenizer.json`; or a GGUF file (or any part of a split one), or a
    /// folder with one. Checks the names and sizes of all weights and reads none.
    ///
    /// @throws Sae4jException if something is missing, damaged or of a family not supported
    public static LanguageModel open(Path path) {
        return open(path, frequency -> frequency);
    }

    /// As [#open(Path)] under another name than the folder's: that of a hub, say.
    public static LanguageModel open(Path path, String name) {
        return new LanguageModel(ModelSource.open(path), name, frequency -> frequency);
    }

    /// As [#open(Path)] with rotary frequencies rounded in some way: that of a recorded run.
    static LanguageModel open(Path path, DoubleUnaryOperator rounding) {
        ModelSource source = ModelSource.open(path);
        return new LanguageModel(source, source.name(), rounding);
    }

    /// The small model that comes with the program.
    public static LanguageModel demo() {
        ModelSource source = ModelSource.folder(DemoModel.folder(), "sae4j-demo");
        return new LanguageModel(source, source.name(), frequency -> frequency);
    }

    /// What the model is made of.
    public DecoderSpec spec() {
        return spec;
    }

    /// What a user should know about how this model is run, a sentence each.
    public List<String> notes() {
        return notes;
    }

    /// The model's tokenizer, loaded when first asked for and closed with the model.
    ///
    /// @throws Sae4jException if it is missing, damaged or of another model
    public synchronized Tokenizer tokenizer() {
        Tokenizer there = tokenizer;
        if (there != null) {
            return there;
        }
        Tokenizer opened = source.openTokenizer();
        if (opened.vocabularySize() > spec.vocabulary()) {
            int size = opened.vocabularySize();
            opened.close();
            throw Sae4jException.in(
                    source.tokenizerFile(),
                    "has %d tokens, but the model's vocab_size is %d: the tokenizer belongs to another model"
                            .formatted(size, spec.vocabulary()));
        }
        tokenizer = opened;
        return opened;
    }

    /// Tokens that end what the model writes, by what its files say; may be none.
    public Set<Integer> stopTokens() {
        return tokenizer().ends();
    }

    /// How a conversation is written for the model; empty if none of its files says.
    public Optional<ChatTemplate> chatTemplate() {
        return tokenizer().chatTemplate();
    }

    /// Name of the folder, of the GGUF file without its ending, or `sae4j-demo`.
    public String name() {
        return name;
    }

    /// What tells this model from what its files were before, by the name of each file.
    public Map<String, String> identity() {
        return ModelStamps.of(source.files());
    }

    /// Checks that nobody has written the files of the weights since they were opened.
    public void requireUnchanged() {
        files.forEach(FileState::requireSame);
    }

    /// Prepares one run over a batch; nothing is computed yet.
    ///
    /// @throws Sae4jException if a token is not in the vocabulary
    /// @throws dev.sae4j.io.UsageException if a sequence is longer than the model's context
    public ForwardPass forward(Workers workers, TokenBatch batch) {
        requireUnchanged();
        decoder.check(batch, 0);
        return new ForwardPass(decoder, workers, batch, null);
    }

    /// A memory for a text that will be read piece by piece; nothing is in it yet.
    public TextMemory memory() {
        return new TextMemory(spec);
    }

    /// Prepares one run over the next tokens of a text, which see the earlier ones; rows of hooks
    /// and logits are those of the new tokens. The memory has them when all layers have been run,
    /// which [ForwardPass#logits] and [ForwardPass#losses] do.
    ///
    /// @param memory of this model, with the tokens before these
    /// @throws Sae4jException if a token is not in the vocabulary
    /// @throws dev.sae4j.io.UsageException if the text becomes longer than the model's context
    public ForwardPass forward(Workers workers, TextMemory memory, int... tokens) {
        requireUnchanged();
        memory.requireOf(spec);
        var batch = TokenBatch.of(List.of(tokens));
        decoder.check(batch, memory.length());
        return new ForwardPass(decoder, workers, batch, memory);
    }

    /// Checks that the model has the value at a hook.
    ///
    /// @throws dev.sae4j.io.UsageException saying what it has
    public void checkHook(Hook hook) {
        decoder.checkHook(hook);
    }

    /// Floats per token of the value at a hook.
    public int width(Hook hook) {
        return decoder.width(hook);
    }

    /// The shorter name of a hook that has two in this model: where nothing is normed behind
    /// attention and MLP, `attn_out_post` is `attn_out`.
    public Hook plain(Hook hook) {
        if (spec.block().place().isAfter()) {
            return hook;
        }
        return switch (hook.point()) {
            case ATTN_OUT_POST -> new Hook(HookPoint.ATTN_OUT, hook.layer());
            case MLP_OUT_POST -> new Hook(HookPoint.MLP_OUT, hook.layer());
            default -> hook;
        };
    }

    /// The name of a hook in what is kept about it. Where `attn_out` is not what is added to the
    /// stream it is named as a module, because its usual name means the other value in the field.
    public String nameOf(Hook hook) {
        Hook plain = plain(hook);
        if (spec.block().place().isAfter()) {
            if (plain.point() == HookPoint.ATTN_OUT) {
                return "layers." + plain.layer() + ".self_attn";
            }
            if (plain.point() == HookPoint.MLP_OUT) {
                return "layers." + plain.layer() + ".mlp";
            }
        }
        return plain.toString();
    }

    /// Floating-point operations of the model for a batch up to and with `last`: 2 per weight and
    /// token in the matrix products, those of the head only if `last` is the logits, and
    /// `4 * heads * headDim` for each pair of a query and a key that it sees.
    public long flops(TokenBatch batch, Hook last) {
        DecoderSpec.Attention a = spec.attention();
        long width = spec.width();
        long tokens = batch.tokenCount();
        long projections = 2 * width * (a.queryWidth() + 2L * a.kvWidth() + a.queryWidth());
        long mlp = 2 * width * spec.mlp().matrices() * spec.mlp().size();
        int steps = last.stepsNeeded(spec.layers());
        int inLayers = Math.min(steps, 2 * spec.layers());
        long total = Math.floorDiv(inLayers, 2) * tokens * mlp;
        for (int layer = 0; layer < Math.ceilDiv(inLayers, 2); layer++) {
            total += tokens * projections;
            for (int s = 0; s < batch.sequences(); s++) {
                long n = batch.length(s);
                total += 4L * a.queryWidth() * pairs(n, spec.kinds().get(layer).window());
            }
        }
        return last.point() == HookPoint.LOGITS
                ? total + 2 * width * spec.vocabulary() * tokens
                : total;
    }

    /// Pairs of a query and a key that it sees, in a sequence of n tokens.
    private static long pairs(long n, int window) {
        long hidden = window == 0 ? 0 : Math.max(0, n - window);
        return n * (n + 1) / 2 - hidden * (hidden + 1) / 2;
    }

    /// The unembedding `[V, D]`, packed; logits are the final norm's output times its transpose.
    public PackedMatrix unembedding(Workers workers) {
        return weights.unembedding().packed(workers);
    }

    /// `[D]`, weight of the final norm.
    public float[] finalNormWeight() {
        return weights.finalNorm().weight().clone();
    }

    /// Layers that have run so far.
    int layersUsed() {
        return weights.layersUsed();
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
