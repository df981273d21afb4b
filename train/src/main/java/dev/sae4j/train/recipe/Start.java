package dev.sae4j.train.recipe;

import org.jspecify.annotations.Nullable;

/// Where the weights begin.
///
/// @param decoder how decoder rows are drawn
/// @param decoderNorm what each decoder row is scaled to; null to keep the draw
/// @param encoder how encoder rows begin
/// @param encoderBias how `b_enc` begins
/// @param decoderBias how `b_dec` begins
/// @param sampleRows rows that `decoderBias` and `DATA` rest on; null for the first batch
public record Start(
        Rows decoder,
        @Nullable Double decoderNorm,
        Rows encoder,
        EncoderBias encoderBias,
        DecoderBias decoderBias,
        @Nullable Integer sampleRows) {

    /// How the rows of a matrix `[F, D]` begin.
    public enum Rows {
        /// Independent normal numbers: directions without preference.
        GAUSSIAN,
        /// Uniform in `±sqrt(6/D)`: `kaiming_uniform_` on `[F, D]`.
        KAIMING,
        /// Uniform in `±1/sqrt(D)`: an encoder that is torch's `nn.Linear`.
        LINEAR,
        /// Uniform in `±1/sqrt(F)`: a decoder that is torch's `nn.Linear`.
        LINEAR_TRANSPOSED,
        /// Randomly chosen activations, less their mean.
        DATA,
        /// A copy of the other matrix.
        COPY,
        /// A copy of the other matrix before its rows are scaled.
        COPY_UNSCALED,
        ZERO
    }

    /// How `b_enc` begins.
    public enum EncoderBias {
        ZERO,
        /// Uniform in `±1/sqrt(D)`, as in torch's `nn.Linear`.
        LINEAR,
        /// `-W_enc·mean(x)` (transcoders of sparsify).
        CENTRED
    }

    /// How `b_dec` begins.
    public enum DecoderBias {
        ZERO,
        /// Uniform in `±1/sqrt(F)`, as in torch's `nn.Linear`.
        LINEAR,
        /// Mean of the rows to be reconstructed.
        MEAN,
        /// Geometric median of the rows (Weiszfeld's iteration): not moved by outliers.
        GEOMETRIC_MEDIAN
    }
}
