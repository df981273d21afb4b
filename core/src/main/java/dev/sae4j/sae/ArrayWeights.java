package dev.sae4j.sae;

/// Weights in memory, feature-major.
///
/// @param dIn width of a row
/// @param encoder `[d_sae, d_in]`
/// @param encoderBias `[d_sae]`
/// @param decoder `[d_sae, d_in]`
/// @param decoderBias `[d_in]`
public record ArrayWeights(
        int dIn, float[] encoder, float[] encoderBias, float[] decoder, float[] decoderBias) {
    /// The same arrays as weights of an SAE.
    public SaeWeights weights() {
        int features = encoderBias.length;
        return SaeWeights.of(
                Matrix.of(encoder, features, dIn),
                encoderBias,
                Matrix.of(decoder, features, dIn),
                decoderBias);
    }
}
