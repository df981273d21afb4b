package dev.sae4j.checkpoint;

import dev.sae4j.io.Tensor;
import dev.sae4j.sae.SaeWeights;

/// Weights of a file whose encoder is `[d_in, d_sae]` (a feature is a column) and whose decoder is
/// `[d_sae, d_in]`, as SAELens and Gemma Scope keep them.
///
/// @param encoder `[d_in, d_sae]`
/// @param decoder `[d_sae, d_in]`
/// @param encoderBias `[d_sae]`
/// @param decoderBias `[d_in]`
record TransposedWeights(Tensor encoder, Tensor decoder, float[] encoderBias, float[] decoderBias)
        implements SaeWeights {
    @Override
    public void encoderRow(int feature, float[] target, int at) {
        long features = encoder.columns();
        for (int c = 0; c < encoder.rows(); c++) {
            encoder.copyTo(c * features + feature, target, at + c, 1);
        }
    }

    @Override
    public void decoderRow(int feature, float[] target, int at) {
        int d = decoder.columns();
        decoder.copyTo((long) feature * d, target, at, d);
    }
}
