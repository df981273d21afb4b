package dev.sae4j.lm;

import dev.sae4j.io.Tensor;
import dev.sae4j.kernel.GatedProduct;
import dev.sae4j.kernel.PackedMatrix;
import dev.sae4j.kernel.Workers;
import dev.sae4j.lm.LayerTensors.Projection;
import org.jspecify.annotations.Nullable;

/// The weights of one layer, widened to float32 and packed for products.
///
/// @param attentionNorm `[D]`
/// @param qkv `[queryWidth + 2 * kvWidth, D]`: query, key and value projections in one
/// @param qkvBias of the same rows, null for none
/// @param output `[D, queryWidth]`
/// @param outputBias `[D]`, null for none
/// @param mlpNorm `[D]`
/// @param gateAndUp gate and up projections in one
/// @param down `[D, size]`
/// @param downBias `[D]`, null for none
record LayerWeights(
        float[] attentionNorm,
        PackedMatrix qkv,
        float @Nullable [] qkvBias,
        PackedMatrix output,
        float @Nullable [] outputBias,
        float[] mlpNorm,
        GatedProduct gateAndUp,
        PackedMatrix down,
        float @Nullable [] downBias) {

    static LayerWeights pack(Workers workers, LayerTensors t) {
        Projection[] qkv = {t.query(), t.key(), t.value()};
        return new LayerWeights(
                t.attentionNorm().toFloats(),
                stacked(workers, qkv),
                stackedBias(qkv),
                packed(workers, t.output().weight()),
                t.output().biasValues(),
                t.mlpNorm().toFloats(),
                GatedProduct.of(
                        workers,
                        t.gate().weight().rows(),
                        t.gate().weight().columns(),
                        rows(t.gate().weight()),
                        rows(t.up().weight()),
                        t.gate().biasValues(),
                        t.up().biasValues()),
                packed(workers, t.down().weight()),
                t.down().biasValues());
    }

    /// A matrix from a file, packed.
    static PackedMatrix packed(Workers workers, Tensor weight) {
        return PackedMatrix.of(workers, weight.rows(), weight.columns(), rows(weight));
    }

    private static PackedMatrix.RowSource rows(Tensor weight) {
        int width = weight.columns();
        return (row, target, at) -> weight.copyTo((long) row * width, target, at, width);
    }

    /// Several matrices of the same depth, one above the other.
    private static PackedMatrix stacked(Workers workers, Projection[] parts) {
        int total = 0;
        for (Projection part : parts) {
            total += part.weight().rows();
        }
        return PackedMatrix.of(
                workers,
                total,
                parts[0].weight().columns(),
                (row, target, at) -> {
                    int i = 0;
                    int inPart = row;
                    while (inPart >= parts[i].weight().rows()) {
                        inPart -= parts[i].weight().rows();
                        i++;
                    }
                    rows(parts[i].weight()).read(inPart, target, at);
                });
    }

    private static float @Nullable [] stackedBias(Projection[] parts) {
        int total = 0;
        for (Projection part : parts) {
            total += part.weight().rows();
        }
        float[] all = new float[total];
        int at = 0;
        for (Projection part : parts) {
            Tensor bias = part.bias();
            if (bias == null) {
                return null;
            }
            bias.copyTo(0, all, at, bias.rows());
            at += bias.rows();
        }
        return all;
    }
}
