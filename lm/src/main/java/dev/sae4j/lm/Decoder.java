package dev.sae4j.lm;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.UsageException;
import dev.sae4j.kernel.Factor;
import dev.sae4j.kernel.Workers;
import dev.sae4j.lm.family.DecoderSpec;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Runs the parts of a decoder: embedding, layers, final norm. Holds no state of a run besides
/// spare memory.
final class Decoder {
    /// Rows per piece of work when embeddings are gathered.
    private static final int PIECE = 256;

    private final DecoderSpec spec;
    private final Weights weights;
    private final String name;
    private final AtomicReference<LayerRun.@Nullable Workspace> spare = new AtomicReference<>();

    Decoder(DecoderSpec spec, Weights weights, String name) {
        this.spec = spec;
        this.weights = weights;
        this.name = name;
    }

    DecoderSpec spec() {
        return spec;
    }

    /// Steps of a run through all layers: attention and MLP of each.
    int steps() {
        return 2 * spec.layers();
    }

    void checkHook(Hook hook) {
        if (hook.layer() >= spec.layers()) {
            throw new UsageException(
                    "hook %s: %s has layers 0 to %d".formatted(hook, name, spec.layers() - 1));
        }
        if (hook.point() == HookPoint.RESID_MID && spec.block().parallel()) {
            throw new UsageException(
                    "hook %s: in %s attention and MLP both read resid_pre.%d, and there is no stream between them"
                            .formatted(hook, name, hook.layer()));
        }
    }

    /// Floats per token of the value at a hook.
    int width(Hook hook) {
        return switch (hook.point()) {
            case ATTN_Z -> spec.attention().queryWidth();
            case MLP_HIDDEN -> spec.mlp().size();
            case LOGITS -> spec.vocabulary();
            case RESID_PRE,
                    ATTN_OUT,
                    ATTN_OUT_POST,
                    RESID_MID,
                    MLP_OUT,
                    MLP_OUT_POST,
                    RESID_POST,
                    FINAL_NORM ->
                    spec.width();
        };
    }

    /// @param past tokens of each sequence that come before those of the batch
    void check(TokenBatch batch, int past) {
        for (int s = 0; s < batch.sequences(); s++) {
            if (past + batch.length(s) > spec.context()) {
                throw new UsageException(
                        "a sequence of %d tokens: %s takes at most %d (max_position_embeddings); split the text"
                                .formatted(past + batch.length(s), name, spec.context()));
            }
            for (int row = batch.starts()[s]; row < batch.starts()[s + 1]; row++) {
                int token = batch.tokens()[row];
                if (token < 0 || token >= spec.vocabulary()) {
                    throw new Sae4jException(
                            "token %d at position %d of sequence %d: %s knows tokens 0 to %d; was the text made with another tokenizer?"
                                    .formatted(
                                            token,
                                            row - batch.starts()[s],
                                            s,
                                            name,
                                            spec.vocabulary() - 1));
                }
            }
        }
    }

    /// Embeddings of all tokens, `[tokens, D]`.
    ///
    /// @param past position of the first token of each sequence
    float[] embed(Workers workers, TokenBatch batch, int past) {
        int n = batch.tokenCount();
        int[] positions = batch.positions(past);
        float[] stream = new float[Math.multiplyExact(n, spec.width())];
        workers.forEach(
                Math.ceilDiv(n, PIECE),
                piece -> {
                    float[] row = new float[spec.width()];
                    int end = Math.min(n, (piece + 1) * PIECE);
                    for (int i = piece * PIECE; i < end; i++) {
                        int at = i * spec.width();
                        weights.embed(batch.tokens()[i], positions[i], stream, at, row);
                    }
                });
        return stream;
    }

    /// Runs layers of a batch; the room they need goes back afterwards.
    void run(
            Workers workers,
            TokenBatch batch,
            @Nullable TextMemory memory,
            HookTable hooks,
            Consumer<LayerRun> layers) {
        LayerRun.Workspace workspace = spare.getAndSet(null);
        if (workspace == null || workspace.tokens < batch.tokenCount()) {
            workspace = new LayerRun.Workspace(spec, batch.tokenCount());
        }
        try {
            layers.accept(new LayerRun(spec, weights, workers, batch, memory, hooks, workspace));
        } finally {
            spare.set(workspace);
        }
    }

    /// What the unembedding reads, of rows of the stream, in place.
    void finalNorm(Workers workers, float[] x, int rows) {
        weights.finalNorm().apply(workers, x, rows, x);
    }

    Factor unembedding() {
        return weights.unembedding();
    }
}
