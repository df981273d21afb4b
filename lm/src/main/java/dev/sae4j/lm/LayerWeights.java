package dev.sae4j.lm;

import dev.sae4j.kernel.GatedProduct;
import dev.sae4j.kernel.Linear;
import dev.sae4j.kernel.MlpActivation;
import dev.sae4j.kernel.PackedMatrix;
import dev.sae4j.kernel.Rows;
import dev.sae4j.kernel.Workers;
import dev.sae4j.lm.family.DecoderSpec;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The weights of one layer, widened to float32 and packed for products. What the model does not
/// have is null.
///
/// @param attention `[queryWidth + 2 * kvWidth, D]`: query, key and value projections in one
/// @param queryNorm of a head's query, or of all
/// @param keyNorm of a head's key, or of all
/// @param inner the MLP up to its inner width
record LayerWeights(
        Part attention,
        PackedMatrix qkv,
        float @Nullable [] qkvBias,
        @Nullable NormLayer queryNorm,
        @Nullable NormLayer keyNorm,
        Part mlp,
        Inner inner) {

    /// What attention and MLP have in common.
    ///
    /// @param before norm of what it reads
    /// @param out `[D, inner width]`: projection into the stream
    /// @param outBias `[D]`
    /// @param after norm of what it gives
    record Part(
            @Nullable NormLayer before,
            PackedMatrix out,
            float @Nullable [] outBias,
            @Nullable NormLayer after) {}

    /// The MLP up to its inner width.
    interface Inner {
        /// @param x `[tokens, D]`
        /// @param out `[tokens, size]`
        void apply(Workers workers, Rows x, float[] out);
    }

    static LayerWeights pack(Workers workers, DecoderSpec spec, LayerTensors t) {
        return new LayerWeights(
                new Part(
                        NormLayer.ofNullable(spec.norm(), t.attentionNorm()),
                        t.output().packed(workers),
                        t.output().biasValues(),
                        NormLayer.ofNullable(spec.norm(), t.afterAttention())),
                stacked(workers, t.qkv()),
                stackedBias(t.qkv()),
                NormLayer.ofNullable(spec.norm(), t.queryNorm()),
                NormLayer.ofNullable(spec.norm(), t.keyNorm()),
                new Part(
                        NormLayer.ofNullable(spec.norm(), t.mlpNorm()),
                        t.down().packed(workers),
                        t.down().biasValues(),
                        NormLayer.ofNullable(spec.norm(), t.afterMlp())),
                inner(workers, spec.mlp().activation(), t.gate(), t.up()));
    }

    private static Inner inner(
            Workers workers, MlpActivation activation, @Nullable Projection gate, Projection up) {
        float[] bias = up.biasValues();
        if (gate == null) {
            PackedMatrix packed = up.packed(workers);
            return (w, x, out) -> Linear.activate(w, x, packed, bias, activation, out);
        }
        return GatedProduct.of(
                        workers,
                        activation,
                        up.outputs(),
                        up.inputs(),
                        gate,
                        up,
                        gate.biasValues(),
                        bias)
                ::multiply;
    }

    /// Several matrices of the same depth, one above the other.
    private static PackedMatrix stacked(Workers workers, List<Projection> parts) {
        if (parts.size() == 1) {
            return parts.getFirst().packed(workers);
        }
        return PackedMatrix.of(
                workers,
                parts.stream().mapToInt(Projection::outputs).sum(),
                parts.getFirst().inputs(),
                (row, target, at) -> {
                    int i = 0;
                    int inPart = row;
                    while (inPart >= parts.get(i).outputs()) {
                        inPart -= parts.get(i).outputs();
                        i++;
                    }
                    parts.get(i).read(inPart, target, at);
                });
    }

    private static float @Nullable [] stackedBias(List<Projection> parts) {
        float[] all = new float[parts.stream().mapToInt(Projection::outputs).sum()];
        int at = 0;
        for (Projection part : parts) {
            float[] bias = part.biasValues();
            if (bias == null) {
                return null;
            }
            System.arraycopy(bias, 0, all, at, bias.length);
            at += bias.length;
        }
        return all;
    }
}
