package dev.sae4j.lm;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.UsageException;
import dev.sae4j.kernel.CausalAttention;
import dev.sae4j.kernel.Linear;
import dev.sae4j.kernel.PackedMatrix;
import dev.sae4j.kernel.RmsNorm;
import dev.sae4j.kernel.Rotary;
import dev.sae4j.kernel.Rows;
import dev.sae4j.kernel.Workers;
import dev.sae4j.lm.family.DecoderSpec;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Runs the parts of a decoder: embedding, attention, MLP, final norm. Holds no state of a run
/// besides spare memory.
final class Decoder {
    /// Rows per piece of work when embeddings are gathered.
    private static final int PIECE = 256;

    private final DecoderSpec spec;
    private final Weights weights;
    private final String name;
    private final AtomicReference<@Nullable Workspace> spare = new AtomicReference<>();

    Decoder(DecoderSpec spec, Weights weights, String name) {
        this.spec = spec;
        this.weights = weights;
        this.name = name;
    }

    int width() {
        return spec.width();
    }

    /// Steps of a whole run: attention and MLP of each layer.
    int steps() {
        return 2 * spec.layers();
    }

    void checkHook(Hook hook) {
        if (hook.layer() >= spec.layers()) {
            throw new UsageException(
                    "hook %s: %s has layers 0 to %d".formatted(hook, name, spec.layers() - 1));
        }
    }

    void check(TokenBatch batch) {
        for (int s = 0; s < batch.sequences(); s++) {
            if (batch.length(s) > spec.context()) {
                throw new UsageException(
                        "a sequence of %d tokens: %s takes at most %d (max_position_embeddings); split the text"
                                .formatted(batch.length(s), name, spec.context()));
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
    float[] embed(Workers workers, TokenBatch batch) {
        int n = batch.tokenCount();
        float[] stream = new float[Math.multiplyExact(n, spec.width())];
        workers.forEach(
                Math.ceilDiv(n, PIECE),
                piece -> {
                    int end = Math.min(n, (piece + 1) * PIECE);
                    for (int row = piece * PIECE; row < end; row++) {
                        weights.embed(batch.tokens()[row], stream, row * spec.width());
                    }
                });
        return stream;
    }

    void finalNorm(Workers workers, float[] x, int rows, float[] out) {
        RmsNorm.apply(workers, x, rows, weights.finalNorm(), spec.norm().epsilon(), out);
    }

    PackedMatrix unembedding(Workers workers) {
        return weights.unembedding(workers);
    }

    /// Starts or takes up a run; the workspace goes back on close.
    Running begin(Workers workers, TokenBatch batch, float[] stream) {
        Workspace workspace = spare.getAndSet(null);
        if (workspace == null || workspace.tokens < batch.tokenCount()) {
            workspace = new Workspace(spec, batch.tokenCount());
        }
        return new Running(workers, batch, stream, workspace);
    }

    /// Memory between the products of a layer, for up to `tokens` rows.
    private static final class Workspace {
        final int tokens;
        final float[] normed; // [tokens, D]
        final float[] qkv; // [tokens, queryWidth + 2 * kvWidth]
        final float[] heads; // [tokens, queryWidth]
        final float[] inner; // [tokens, mlp size]

        Workspace(DecoderSpec spec, int tokens) {
            int queries = spec.attention().queryWidth();
            this.tokens = tokens;
            normed = new float[Math.multiplyExact(tokens, spec.width())];
            qkv = new float[Math.multiplyExact(tokens, queries + 2 * spec.attention().kvWidth())];
            heads = new float[Math.multiplyExact(tokens, queries)];
            inner = new float[Math.multiplyExact(tokens, spec.mlp().size())];
        }
    }

    /// A batch on its way through the layers.
    final class Running implements AutoCloseable {
        private final Workers workers;
        private final TokenBatch batch;
        private final float[] stream;
        private final Workspace workspace;
        private final int[] positions;
        private final Rotary rotary;

        private Running(Workers workers, TokenBatch batch, float[] stream, Workspace workspace) {
            this.workers = workers;
            this.batch = batch;
            this.stream = stream;
            this.workspace = workspace;
            this.positions = batch.positions();
            int longest = 1;
            for (int s = 0; s < batch.sequences(); s++) {
                longest = Math.max(longest, batch.length(s));
            }
            this.rotary = weights.rotary(longest);
        }

        /// Adds to `target: [tokens, D]` what attention, or else the MLP, of a layer makes of the
        /// stream. The target may be the stream.
        void apply(int layer, boolean attention, float[] target) {
            LayerWeights w = weights.layer(workers, layer);
            if (attention) {
                attention(w, target);
            } else {
                mlp(w, target);
            }
        }

        private void attention(LayerWeights w, float[] target) {
            DecoderSpec.Attention a = spec.attention();
            var heads = new CausalAttention.Heads(a.heads(), a.kvHeads(), a.headDim());
            int stride = a.queryWidth() + 2 * a.kvWidth();
            Linear.store(workers, norm(w.attentionNorm()), w.qkv(), w.qkvBias(), workspace.qkv);
            rotary.apply(workers, workspace.qkv, stride, a.heads() + a.kvHeads(), positions);
            CausalAttention.apply(workers, heads, workspace.qkv, batch.starts(), workspace.heads);
            Rows mixed = Rows.of(workspace.heads, batch.tokenCount(), a.queryWidth());
            Linear.add(workers, mixed, w.output(), w.outputBias(), target);
        }

        private void mlp(LayerWeights w, float[] target) {
            w.gateAndUp().multiply(workers, norm(w.mlpNorm()), workspace.inner);
            Rows inner = Rows.of(workspace.inner, batch.tokenCount(), spec.mlp().size());
            Linear.add(workers, inner, w.down(), w.downBias(), target);
        }

        private Rows norm(float[] weight) {
            int n = batch.tokenCount();
            RmsNorm.apply(workers, stream, n, weight, spec.norm().epsilon(), workspace.normed);
            return Rows.of(workspace.normed, n, spec.width());
        }

        @Override
        public void close() {
            spare.set(workspace);
        }
    }
}
