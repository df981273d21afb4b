package dev.sae4j.sae;

/// The weights of an SAE in canonical, feature-major order, read where they lie.
///
/// Vectors are small and copied; the matrices are read row by row, a feature a row, and widened to
/// float32 on the way.
public interface SaeWeights {
    /// Copies the encoder row of a feature, `[d_in]`, to `target` from `at`.
    void encoderRow(int feature, float[] target, int at);

    /// Copies the decoder row of a feature, `[d_in]`, to `target` from `at`.
    void decoderRow(int feature, float[] target, int at);

    /// Encoder bias `b_enc`, `d_sae` floats.
    float[] encoderBias();

    /// Decoder bias `b_dec`, `d_in` floats.
    float[] decoderBias();
}
