package dev.sae4j.lm;

import dev.sae4j.io.Tensor;
import dev.sae4j.kernel.Rotary;
import dev.sae4j.lm.LayerTensors.NormTensors;
import dev.sae4j.lm.family.DecoderSpec;
import dev.sae4j.lm.family.DecoderSpec.Rope;
import dev.sae4j.lm.family.Families;
import dev.sae4j.lm.family.WeightNames;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/// All weights of a model. Opening checks every tensor's name and size; a layer is made
/// ready when it is first run, and its matrices stay in the file ([StoredMatrix]). May be shared between threads.
final class Weights implements AutoCloseable {
    private final DecoderSpec spec;
    private final ModelFiles files;
    private final Tensor embedding; // [V, D]
    private final @Nullable Tensor positions; // [context, D]
    private final NormLayer finalNorm;
    private final LayerTensors[] tensors;
    private final AtomicReferenceArray<@Nullable LayerWeights> layers;
    private final RopeTables ropes;
    private final PackedRoom room = PackedRoom.ofThisProcess();
    private final StoredMatrix unembedding; // [V, D]

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
        Tensor head =
                spec.head().tied()
                        ? embedding
                        : files.require(root.head() + ".weight", why, spec.vocabulary(), width);
        this.unembedding =
                new Projection(head, null, false, spec.vocabulary(), i -> i).stored(room);
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

    /// A layer, made ready when first asked for.
    LayerWeights layer(int index) {
        LayerWeights there = layers.get(index);
        if (there != null) {
            return there;
        }
        synchronized (tensors[index]) {
            LayerWeights ready = layers.get(index);
            if (ready == null) {
                ready = LayerWeights.of(spec, tensors[index], room);
                layers.set(index, ready);
            }
            return ready;
        }
    }

    /// Layers used so far.
    int layersUsed() {
        int n = 0;
        for (int i = 0; i < layers.length(); i++) {
            n += layers.get(i) == null ? 0 : 1;
        }
        return n;
    }

    /// The unembedding `[V, D]`.
    StoredMatrix unembedding() {
        return unembedding;
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
