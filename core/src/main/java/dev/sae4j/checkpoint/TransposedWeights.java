package dev.sae4j.checkpoint;

import dev.sae4j.io.Tensor;
import dev.sae4j.sae.SaeWeights;
import java.util.List;

/// Weights of a file whose encoder is `[d_in, d_sae]` (a feature is a column) and whose decoder is
/// `[d_sae, d_in]`, as SAELens and Gemma Scope keep them.
///
/// @param encoder `[d_in, d_sae]`
/// @param decoder `[d_sae, d_in]`
/// @param encoderBias `[d_sae]`
/// @param decoderBias `[d_in]`
/// @param tensors everything in the file
record TransposedWeights(
        Tensor encoder,
        Tensor decoder,
        float[] encoderBias,
        float[] decoderBias,
        List<Tensor> tensors)
        implements SaeWeights {
    @Override
    public void encoderRow(int feature, float[] target, int at) {
        long features = encoder.columns();
        for (int c = 0; c < encoder.rows(); c++) {
            encoder.copyTo(c * features + feature, target, at + c, 1);
        }
    }

    /// Reads runs of neighbouring columns: each row of the file is touched once for all of them.
    @Override
    public void encoderRows(int first, int count, float[] target) {
        int d = encoder.rows();
        long features = encoder.columns();
        float[] run = new float[count];
        for (int c = 0; c < d; c++) {
            encoder.copyTo(c * features + first, run, 0, count);
            for (int i = 0, to = c; i < count; i++, to += d) {
                target[to] = run[i];
            }
        }
    }

    @Override
    public void decoderRow(int feature, float[] target, int at) {
        int d = decoder.columns();
        decoder.copyTo((long) feature * d, target, at, d);
    }
}
