package dev.sae4j.lm;

import dev.sae4j.kernel.CausalAttention;
import dev.sae4j.kernel.Linear;
import dev.sae4j.kernel.RmsNorm;
import dev.sae4j.kernel.Rotary;
import dev.sae4j.kernel.Rows;
import dev.sae4j.kernel.Workers;
import dev.sae4j.lm.family.DecoderSpec;
import dev.sae4j.lm.family.DecoderSpec.LayerKind;
import dev.sae4j.lm.family.DecoderSpec.QkNorm;
import org.jspecify.annotations.Nullable;

/// A batch on its way through the layers.
final class LayerRun {
    private final DecoderSpec spec;
    private final Weights weights;
    private final Workers workers;
    private final TokenBatch batch;
    private final HookTable hooks;
    private final Workspace workspace;
    private final int tokens;
    private final int[] positions;
    private final @Nullable TextMemory memory;
    private final int longest;

    /// @param memory of the one sequence of the batch, whose earlier tokens it holds; null if all
    ///     sequences begin here
    LayerRun(
            DecoderSpec spec,
            Weights weights,
            Workers workers,
            TokenBatch batch,
            @Nullable TextMemory memory,
            HookTable hooks,
            Workspace workspace) {
        this.spec = spec;
        this.weights = weights;
        this.workers = workers;
        this.batch = batch;
        this.hooks = hooks;
        this.workspace = workspace;
        this.tokens = batch.tokenCount();
        this.memory = memory;
        int past = memory == null ? 0 : memory.length();
        this.positions = batch.positions(past);
        int most = 1;
        for (int s = 0; s < batch.sequences(); s++) {
            most = Math.max(most, past + batch.length(s));
        }
        this.longest = most;
    }

    /// Memory between the products of a layer, for up to `tokens` rows.
    static final class Workspace {
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

    /// Adds to the stream what a layer's attention makes of it.
    void attention(int layer, float[] stream) {
        LayerWeights w = weights.layer(layer);
        DecoderSpec.Attention a = spec.attention();
        LayerKind kind = spec.kinds().get(layer);
        float[] qkv = workspace.qkv;
        Linear.store(workers, read(w.attention().before(), stream), w.qkv(), w.qkvBias(), qkv);
        normQueriesAndKeys(w, qkv);
        Rotary rotary = weights.rotary(kind.rope(), longest);
        if (rotary != null) {
            int stride = a.queryWidth() + 2 * a.kvWidth();
            rotary.apply(workers, qkv, stride, a.heads() + a.kvHeads(), positions);
        }
        if (memory == null) {
            CausalAttention.Rule rule = TextMemory.rule(spec, layer);
            int[] starts = batch.starts();
            CausalAttention.apply(
                    workers, TextMemory.heads(spec), rule, qkv, starts, workspace.heads);
        } else {
            memory.attend(workers, layer, qkv, tokens, workspace.heads);
        }
        hooks.serve(HookPoint.ATTN_Z, layer, workspace.heads, a.queryWidth());
        Rows mixed = Rows.of(workspace.heads, tokens, a.queryWidth());
        add(w.attention(), mixed, HookPoint.ATTN_OUT, HookPoint.ATTN_OUT_POST, layer, stream);
    }

    /// Adds to the stream what a layer's MLP makes of `input: [tokens, D]`, usually the stream.
    void mlp(int layer, float[] input, float[] stream) {
        LayerWeights w = weights.layer(layer);
        int size = spec.mlp().size();
        w.inner().apply(workers, read(w.mlp().before(), input), workspace.inner);
        hooks.serve(HookPoint.MLP_HIDDEN, layer, workspace.inner, size);
        Rows inner = Rows.of(workspace.inner, tokens, size);
        add(w.mlp(), inner, HookPoint.MLP_OUT, HookPoint.MLP_OUT_POST, layer, stream);
    }

    private Rows read(@Nullable NormLayer norm, float[] stream) {
        if (norm == null) {
            return Rows.of(stream, tokens, spec.width());
        }
        norm.apply(workers, stream, tokens, workspace.normed);
        return Rows.of(workspace.normed, tokens, spec.width());
    }

    private void normQueriesAndKeys(LayerWeights w, float[] qkv) {
        NormLayer query = w.queryNorm();
        NormLayer key = w.keyNorm();
        if (query == null || key == null) {
            return;
        }
        DecoderSpec.Attention a = spec.attention();
        boolean whole = a.qkNorm() == QkNorm.WHOLE;
        int stride = a.queryWidth() + 2 * a.kvWidth();
        int queries = whole ? 1 : a.heads();
        int keys = whole ? 1 : a.kvHeads();
        RmsNorm.applyToParts(
                workers, qkv, tokens, stride, 0, queries, query.weight(), query.epsilon());
        RmsNorm.applyToParts(
                workers, qkv, tokens, stride, a.queryWidth(), keys, key.weight(), key.epsilon());
    }

    /// Projects into the stream; by way of an array of its own if somebody looks or a norm follows.
    private void add(
            LayerWeights.Part part,
            Rows inner,
            HookPoint out,
            HookPoint outPost,
            int layer,
            float[] stream) {
        NormLayer after = part.after();
        if (after == null && !hooks.has(out, layer) && !hooks.has(outPost, layer)) {
            Linear.add(workers, inner, part.out(), part.outBias(), stream);
            return;
        }
        float[] added = new float[stream.length];
        Linear.store(workers, inner, part.out(), part.outBias(), added);
        hooks.serve(out, layer, added, spec.width());
        if (after != null) {
            after.apply(workers, added, tokens, added);
        }
        hooks.serve(outPost, layer, added, spec.width());
        Linear.add(stream, added);
    }
}
