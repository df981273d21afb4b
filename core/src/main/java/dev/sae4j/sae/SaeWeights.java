package dev.sae4j.sae;

import dev.sae4j.io.Tensor;
import java.util.List;

/// The weights of an SAE in canonical, feature-major order, read where they lie.
///
/// Vectors are small and copied; the matrices are read row by row, a feature a row, and widened to
/// float32 on the way.
public interface SaeWeights {
    /// Copies the encoder row of a feature, `[d_in]`, to `target` from `at`.
    void encoderRow(int feature, float[] target, int at);

    /// Copies the encoder rows of neighbouring features, `[count, d_in]`, to the start of `target`.
    /// Files that keep a feature as a column are read much faster this way.
    default void encoderRows(int first, int count, float[] target) {
        int width = decoderBias().length;
        for (int i = 0; i < count; i++) {
            encoderRow(first + i, target, i * width);
        }
    }

    /// Copies the decoder row of a feature, `[d_in]`, to `target` from `at`.
    void decoderRow(int feature, float[] target, int at);

    /// Encoder bias `b_enc`, `d_sae` floats.
    float[] encoderBias();

    /// Decoder bias `b_dec`, `d_in` floats.
    float[] decoderBias();

    /// The tensors of the file behind these weights, as they lie there; empty if there is none.
    default List<Tensor> tensors() {
        return List.of();
    }
}
