package dev.sae4j.sae;

import dev.sae4j.io.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The weights of an SAE in canonical order: a feature is a row of the encoder and of the decoder.
/// Vectors are small and copied; matrices stay where they lie.
///
/// @param encoder `[d_sae, d_in]`
/// @param encoderBias `b_enc: [d_sae]`
/// @param decoder `[d_sae, d_out]`
/// @param decoderBias `b_dec: [d_out]`
/// @param preBias `b_pre: [d_in]`, subtracted from the input and added to the output; null for none
/// @param skip `W_skip: [d_out, d_in]` of transcoders; null for none
/// @param tensors the tensors of the file behind these weights, as they lie there; empty if there is
///     none
public record SaeWeights(
        Matrix encoder,
        float[] encoderBias,
        Matrix decoder,
        float[] decoderBias,
        float @Nullable [] preBias,
        @Nullable Matrix skip,
        List<Tensor> tensors) {

    public SaeWeights {
        check("encoder", encoder, "encoder bias", encoderBias.length, encoder.rows());
        check("encoder", encoder, "decoder rows", decoder.rows(), encoder.rows());
        check("decoder", decoder, "decoder bias", decoderBias.length, decoder.columns());
        if (preBias != null) {
            check("encoder", encoder, "bias before it", preBias.length, encoder.columns());
        }
        if (skip != null) {
            check("skip", skip, "outputs", decoder.columns(), skip.rows());
            check("skip", skip, "inputs", encoder.columns(), skip.columns());
        }
        tensors = List.copyOf(tensors);
    }

    /// Weights without bias before the encoder and without skip connection.
    public static SaeWeights of(
            Matrix encoder, float[] encoderBias, Matrix decoder, float[] decoderBias) {
        return new SaeWeights(encoder, encoderBias, decoder, decoderBias, null, null, List.of());
    }

    /// The same weights with `b_pre`.
    public SaeWeights withPreBias(float[] vector) {
        return new SaeWeights(encoder, encoderBias, decoder, decoderBias, vector, skip, tensors);
    }

    /// The same weights with a skip connection.
    public SaeWeights withSkip(Matrix matrix) {
        return new SaeWeights(encoder, encoderBias, decoder, decoderBias, preBias, matrix, tensors);
    }

    /// The same weights with another encoder bias.
    public SaeWeights withEncoderBias(float[] vector) {
        return new SaeWeights(encoder, vector, decoder, decoderBias, preBias, skip, tensors);
    }

    /// The same weights with other matrices.
    public SaeWeights withMatrices(Matrix newEncoder, Matrix newDecoder) {
        return new SaeWeights(
                newEncoder, encoderBias, newDecoder, decoderBias, preBias, skip, tensors);
    }

    /// The same weights, knowing the tensors of their file.
    public SaeWeights withTensors(Iterable<Tensor> all) {
        return new SaeWeights(
                encoder,
                encoderBias,
                decoder,
                decoderBias,
                preBias,
                skip,
                java.util.stream.StreamSupport.stream(all.spliterator(), false).toList());
    }

    private static void check(String name, Matrix matrix, String other, int found, int expected) {
        if (found != expected) {
            throw new IllegalArgumentException(
                    "%s is [%d, %d], but %s %d"
                            .formatted(name, matrix.rows(), matrix.columns(), other, found));
        }
    }
}
