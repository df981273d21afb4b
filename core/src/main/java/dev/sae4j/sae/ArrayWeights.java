package dev.sae4j.sae;

/// Weights in memory, feature-major.
///
/// @param dIn width of a row
/// @param encoder `[d_sae, d_in]`
/// @param encoderBias `[d_sae]`
/// @param decoder `[d_sae, d_in]`
/// @param decoderBias `[d_in]`
public record ArrayWeights(
        int dIn, float[] encoder, float[] encoderBias, float[] decoder, float[] decoderBias)
        implements SaeWeights {
    @Override
    public void encoderRow(int feature, float[] target, int at) {
        System.arraycopy(encoder, feature * dIn, target, at, dIn);
    }

    @Override
    public void decoderRow(int feature, float[] target, int at) {
        System.arraycopy(decoder, feature * dIn, target, at, dIn);
    }
}
