package dev.sae4j.lm;

import dev.sae4j.kernel.Factor;
import dev.sae4j.kernel.GatedProduct;
import dev.sae4j.kernel.Linear;
import dev.sae4j.kernel.MlpActivation;
import dev.sae4j.kernel.PackedMatrix;
import dev.sae4j.kernel.Rows;
import dev.sae4j.kernel.Workers;
import dev.sae4j.lm.family.DecoderSpec;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The weights of one layer, ready for products: norms and biases are read, matrices stay in their
/// file until a product wants them otherwise ([StoredMatrix]). What the model does not have is null.
///
/// @param attention `[queryWidth + 2 * kvWidth, D]`: query, key and value projections in one
/// @param queryNorm of a head's query, or of all
/// @param keyNorm of a head's key, or of all
/// @param inner the MLP up to its inner width
record LayerWeights(
        Part attention,
        Factor qkv,
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
            Factor out,
            float @Nullable [] outBias,
            @Nullable NormLayer after) {}

    /// The MLP up to its inner width.
    interface Inner {
        /// @param x `[tokens, D]`
        /// @param out `[tokens, size]`
        void apply(Workers workers, Rows x, float[] out);
    }

    static LayerWeights of(DecoderSpec spec, LayerTensors t, PackedRoom room) {
        return new LayerWeights(
                new Part(
                        NormLayer.ofNullable(spec.norm(), t.attentionNorm()),
                        t.output().stored(room),
                        t.output().biasValues(),
                        NormLayer.ofNullable(spec.norm(), t.afterAttention())),
                stacked(t.qkv(), room),
                stackedBias(t.qkv()),
                NormLayer.ofNullable(spec.norm(), t.queryNorm()),
                NormLayer.ofNullable(spec.norm(), t.keyNorm()),
                new Part(
                        NormLayer.ofNullable(spec.norm(), t.mlpNorm()),
                        t.down().stored(room),
                        t.down().biasValues(),
                        NormLayer.ofNullable(spec.norm(), t.afterMlp())),
                inner(spec.mlp().activation(), t.gate(), t.up(), room));
    }

    private static Inner inner(
            MlpActivation activation, @Nullable Projection gate, Projection up, PackedRoom room) {
        float[] bias = up.biasValues();
        if (gate == null) {
            Factor matrix = up.stored(room);
            return (w, x, out) -> Linear.activate(w, x, matrix, bias, activation, out);
        }
        return GatedProduct.of(
                        activation,
                        up.outputs(),
                        up.inputs(),
                        gate,
                        up,
                        gate.biasValues(),
                        bias,
                        (rows, depth, source) -> new StoredMatrix(rows, depth, source, room))
                ::multiply;
    }

    /// Several matrices of the same depth, one above the other.
    private static Factor stacked(List<Projection> parts, PackedRoom room) {
        if (parts.size() == 1) {
            return parts.getFirst().stored(room);
        }
        var stack = new Stack(parts);
        return new StoredMatrix(stack.outputs(), parts.getFirst().inputs(), stack, room);
    }

    /// The rows of several matrices, one behind the other.
    private record Stack(List<Projection> parts) implements PackedMatrix.RowSource {
        int outputs() {
            return parts.stream().mapToInt(Projection::outputs).sum();
        }

        @Override
        public void read(int row, float[] target, int at) {
            read(row, 1, parts.getFirst().inputs(), target, at);
        }

        @Override
        public void read(int first, int count, int depth, float[] target, int at) {
            int start = 0; // of a part
            for (Projection part : parts) {
                int from = Math.max(first, start);
                int n = Math.min(first + count, start + part.outputs()) - from;
                if (n > 0) {
                    part.read(from - start, n, depth, target, at + (from - first) * depth);
                }
                start += part.outputs();
            }
        }
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
