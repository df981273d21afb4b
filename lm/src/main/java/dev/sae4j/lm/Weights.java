package dev.sae4j.lm;

import dev.sae4j.io.Tensor;
import dev.sae4j.kernel.PackedMatrix;
import dev.sae4j.kernel.Rotary;
import dev.sae4j.kernel.Workers;
import dev.sae4j.lm.family.DecoderSpec;
import dev.sae4j.lm.family.Families;
import dev.sae4j.lm.family.WeightNames;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/// All weights of a model. Opening checks every tensor's name and size; a layer is read and packed
/// when it is first run, the unembedding when it is first used. May be shared between threads.
final class Weights implements AutoCloseable {
    private final DecoderSpec spec;
    private final ModelFiles files;
    private final Tensor embedding; // [V, D]
    private final Tensor head; // [V, D]
    private final float[] finalNorm; // [D]
    private final LayerTensors[] tensors;
    private final AtomicReferenceArray<@Nullable LayerWeights> layers;
    private final double[] frequencies; // [headDim / 2], radians per position
    private volatile @Nullable PackedMatrix unembedding;
    private volatile @Nullable Rotary rotary;

    private Weights(Families.Match match, double[] frequencies, ModelFiles files) {
        this.frequencies = frequencies;
        this.spec = match.spec();
        this.files = files;
        WeightNames names = match.family().names();
        String why = "by the sizes in config.json";
        this.embedding =
                files.require(names.embedding() + ".weight", why, spec.vocabulary(), spec.width());
        this.head =
                spec.tied()
                        ? embedding
                        : files.require(
                                names.head() + ".weight", why, spec.vocabulary(), spec.width());
        this.finalNorm = files.require(names.finalNorm() + ".weight", why, spec.width()).toFloats();
        this.tensors = new LayerTensors[spec.layers()];
        for (int layer = 0; layer < tensors.length; layer++) {
            tensors[layer] = LayerTensors.find(files, spec, names, layer);
        }
        this.layers = new AtomicReferenceArray<>(tensors.length);
    }

    /// @param frequencies `[headDim / 2]` of the rotary embedding, radians per position
    static Weights open(Path folder, Families.Match match, double[] frequencies) {
        ModelFiles files = ModelFiles.open(folder);
        try {
            return new Weights(match, frequencies, files);
        } catch (RuntimeException e) {
            files.close();
            throw e;
        }
    }

    /// Copies a token's embedding, `[D]`.
    void embed(int token, float[] target, int at) {
        embedding.copyTo((long) token * spec.width(), target, at, spec.width());
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
                packed = LayerWeights.pack(workers, tensors[index]);
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
                packed = LayerWeights.packed(workers, head);
                unembedding = packed;
            }
            return packed;
        }
    }

    float[] finalNorm() {
        return finalNorm;
    }

    /// Rotary tables for at least `positions` positions.
    Rotary rotary(int positions) {
        Rotary there = rotary;
        if (there != null && there.positions() >= positions) {
            return there;
        }
        // a few sizes only, so that batches of growing length do not compute tables each time
        int rounded = Math.min(spec.context(), Integer.highestOneBit(positions - 1 | 63) * 2);
        Rotary tables = Rotary.of(frequencies, Math.max(positions, rounded));
        rotary = tables;
        return tables;
    }

    @Override
    public void close() {
        files.close();
    }
}
