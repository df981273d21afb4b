package dev.sae4j.train.engine;

import java.util.Arrays;

/// The weights of an SAE in training, feature-major, in the units of the scaled input.
///
/// @param dIn D
/// @param dSae F
/// @param encoder `[F, D]`
/// @param encoderBias `[F]`
/// @param decoder `[F, D]`
/// @param decoderBias `[D]`
public record Parameters(
        int dIn,
        int dSae,
        float[] encoder,
        float[] encoderBias,
        float[] decoder,
        float[] decoderBias) {

    /// All zeros.
    public static Parameters zeros(int dIn, int dSae) {
        int size = Math.multiplyExact(dIn, dSae);
        return new Parameters(
                dIn, dSae, new float[size], new float[dSae], new float[size], new float[dIn]);
    }

    /// Copies all values of `other`, which has the same sizes.
    public void copyFrom(Parameters other) {
        System.arraycopy(other.encoder, 0, encoder, 0, encoder.length);
        System.arraycopy(other.encoderBias, 0, encoderBias, 0, dSae);
        System.arraycopy(other.decoder, 0, decoder, 0, decoder.length);
        System.arraycopy(other.decoderBias, 0, decoderBias, 0, dIn);
    }

    /// An independent copy.
    public Parameters copy() {
        return new Parameters(
                dIn,
                dSae,
                encoder.clone(),
                encoderBias.clone(),
                decoder.clone(),
                decoderBias.clone());
    }

    /// True if every value is the same, bit for bit.
    public boolean sameBits(Parameters other) {
        return Arrays.equals(encoder, other.encoder)
                && Arrays.equals(encoderBias, other.encoderBias)
                && Arrays.equals(decoder, other.decoder)
                && Arrays.equals(decoderBias, other.decoderBias);
    }
}
