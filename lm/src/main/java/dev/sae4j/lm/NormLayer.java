package dev.sae4j.lm;

import dev.sae4j.kernel.LayerNorm;
import dev.sae4j.kernel.RmsNorm;
import dev.sae4j.kernel.Workers;
import dev.sae4j.lm.LayerTensors.NormTensors;
import dev.sae4j.lm.family.DecoderSpec.Norm;
import dev.sae4j.lm.family.DecoderSpec.NormKind;
import org.jspecify.annotations.Nullable;

/// A norm with its weights.
///
/// @param weight `[width]`, what a normed value is multiplied by
/// @param bias `[width]`, null for RMS norms
record NormLayer(double epsilon, float[] weight, float @Nullable [] bias) {
    /// @param tensors null for no norm
    static @Nullable NormLayer ofNullable(Norm norm, @Nullable NormTensors tensors) {
        return tensors == null ? null : of(norm, tensors);
    }

    static NormLayer of(Norm norm, NormTensors tensors) {
        float[] weight = tensors.weight().toFloats();
        if (norm.kind() == NormKind.RMS_PLUS_ONE) {
            for (int i = 0; i < weight.length; i++) {
                weight[i] += 1f;
            }
        }
        return new NormLayer(
                norm.epsilon(), weight, tensors.bias() == null ? null : tensors.bias().toFloats());
    }

    /// Norms all rows of `x: [rows, width]` into `out`, which may be `x`.
    void apply(Workers workers, float[] x, int rows, float[] out) {
        if (bias == null) {
            RmsNorm.apply(workers, x, rows, weight, epsilon, out);
        } else {
            LayerNorm.apply(workers, x, rows, weight, bias, epsilon, out);
        }
    }
}
