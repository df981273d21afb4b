package dev.sae4j.lm;

import dev.sae4j.io.Tensor;
import dev.sae4j.kernel.PackedMatrix;
import dev.sae4j.kernel.Rotary;
import dev.sae4j.kernel.Workers;
import dev.sae4j.lm.LayerTensors.NormTensors;
import dev.sae4j.lm.family.DecoderSpec;
import dev.sae4j.lm.family.DecoderSpec.Rope;
import dev.sae4j.lm.family.Families;
import dev.sae4j.lm.family.WeightNames;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/// All weights of a model. Opening checks every tensor's name and size; a layer is read and packed
/// when it is first run, the unembedding when it is first used. May be shared between threads.
final class Weights implements AutoCloseable {
    private final DecoderSpec spec;
    private final ModelFiles files;
    private final Tensor embedding; // [V, D]
    private final @Nullable Tensor positions; // [context, D]
    private final Tensor head; // [V, D]
    private final NormLayer finalNorm;
    private final LayerTensors[] tensors;
    private final AtomicReferenceArray<@Nullable LayerWeights> layers;
    private final RopeTables ropes;
    private volatile @Nullable PackedMatrix unembedding;

    private Weights(Families.Match match, RopeTables ropes, ModelFiles files) {
        this.ropes = ropes;
        this.spec = match.spec();
        this.files = files;
        WeightNames names = match.names();
        WeightNames.Root root = root(names, files);
        String why = LayerTensors.WHY;
        int width = spec.width();
        this.embedding =
                files.require(
                        root.body() + names.embedding() + ".weight", why, spec.vocabulary(), width);
        this.positions =
                spec.embedding().learnedPositions()
                        ? files.require(
                                root.body() + names.positions() + ".weight",
                                why,
                                spec.context(),
                                width)
                        : null;
        this.head =
                spec.head().tied()
                        ? embedding
                        : files.require(root.head() + ".weight", why, spec.vocabulary(), width);
        String norm = root.body() + names.finalNorm();
        this.finalNorm = NormLayer.of(spec.norm(), NormTensors.find(files, spec, norm, width));
        this.tensors = new LayerTensors[spec.layers()];
        for (int layer = 0; layer < tensors.length; layer++) {
            tensors[layer] = LayerTensors.find(files, spec, names, root, layer);
        }
        this.layers = new AtomicReferenceArray<>(tensors.length);
    }

    /// The first root that has the embedding; for messages, the first of all.
    private static WeightNames.Root root(WeightNames names, ModelFiles files) {
        for (WeightNames.Root root : names.roots()) {
            if (files.has(root.body() + names.embedding() + ".weight")) {
                return root;
            }
        }
        return names.roots().getFirst();
    }

    /// Checks the weights of a model; the files close with them, or if one is refused.
    static Weights of(Families.Match match, RopeTables ropes, ModelFiles files) {
        try {
            return new Weights(match, ropes, files);
        } catch (RuntimeException e) {
            files.close();
            throw e;
        }
    }

    /// Copies the embedding of a token at a position, `[D]`.
    ///
    /// @param spare `[D]`, overwritten
    void embed(int token, int position, float[] target, int at, float[] spare) {
        int width = spec.width();
        embedding.copyTo((long) token * width, target, at, width);
        if (spec.embedding().scale() != 1) {
            float scale = (float) spec.embedding().scale();
            for (int i = at; i < at + width; i++) {
                target[i] *= scale;
            }
        }
        if (positions != null) {
            positions.copyTo((long) position * width, spare, 0, width);
            for (int i = 0; i < width; i++) {
                target[at + i] += spare[i];
            }
        }
    }

    /// A layer, packed when first asked for.
    LayerWeights layer(Workers workers, int index) {
        LayerWeights there = layers.get(index);
        if (there != null) {
            return there;
        }
        synchronized (tensors[index]) {
            LayerWeights packed = layers.get(index);
            if (packed == null) {
                packed = LayerWeights.pack(workers, spec, tensors[index]);
                layers.set(index, packed);
            }
            return packed;
        }
    }

    /// Layers read so far.
    int layersPacked() {
        int n = 0;
        for (int i = 0; i < layers.length(); i++) {
            n += layers.get(i) == null ? 0 : 1;
        }
        return n;
    }

    /// The unembedding `[V, D]`, packed when first asked for.
    PackedMatrix unembedding(Workers workers) {
        PackedMatrix there = unembedding;
        if (there != null) {
            return there;
        }
        synchronized (this) {
            PackedMatrix packed = unembedding;
            if (packed == null) {
                packed =
                        new Projection(head, null, false, spec.vocabulary(), i -> i)
                                .packed(workers);
                unembedding = packed;
            }
            return packed;
        }
    }

    NormLayer finalNorm() {
        return finalNorm;
    }

    /// Rotary tables for at least `positions` positions; null if nothing is turned.
    @Nullable Rotary rotary(Rope rope, int positions) {
        return ropes.of(rope, positions);
    }

    @Override
    public void close() {
        files.close();
    }
}
