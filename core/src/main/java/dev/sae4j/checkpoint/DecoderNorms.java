package dev.sae4j.checkpoint;

import dev.sae4j.sae.Activation;
import dev.sae4j.sae.Matrix;
import dev.sae4j.sae.SaeWeights;
import org.jspecify.annotations.Nullable;

/// Norms of decoder rows, and weights rescaled by them: encoder rows and biases multiplied, decoder
/// rows divided. Features grow by the norm, reconstructions stay. Norms are computed when a weight
/// is first asked for.
final class DecoderNorms {
    /// Rows shorter than this are divided by this, as SAELens has it when it folds. A row of zeros
    /// keeps its norm of zero in the encoder: its feature never fires.
    private static final float SMALLEST = 1e-8f;

    private final Matrix decoder;
    private volatile float @Nullable [] norms; // [F]

    private DecoderNorms(Matrix decoder) {
        this.decoder = decoder;
    }

    /// The weights with the norms folded in. The bias needs them at once.
    static SaeWeights fold(SaeWeights raw) {
        var norms = new DecoderNorms(raw.decoder());
        float[] bias = raw.encoderBias().clone();
        for (int j = 0; j < bias.length; j++) {
            bias[j] *= norms.of(j);
        }
        return raw.withMatrices(
                        new ScaledMatrix(raw.encoder(), norms::of, false),
                        new ScaledMatrix(raw.decoder(), j -> Math.max(SMALLEST, norms.of(j)), true))
                .withEncoderBias(bias);
    }

    /// Thresholds in the units of folded features.
    static Activation.JumpRelu fold(Activation.JumpRelu raw, SaeWeights weights) {
        var norms = new DecoderNorms(weights.decoder());
        float[] threshold = raw.threshold().clone();
        for (int j = 0; j < threshold.length; j++) {
            threshold[j] *= norms.of(j);
        }
        return new Activation.JumpRelu(threshold);
    }

    private float of(int feature) {
        float[] ready = norms;
        return (ready != null ? ready : computed())[feature];
    }

    private synchronized float[] computed() {
        float[] ready = norms;
        if (ready == null) {
            ready = new float[decoder.rows()];
            float[] row = new float[decoder.columns()];
            for (int j = 0; j < ready.length; j++) {
                decoder.read(j, row, 0);
                ready[j] = norm(row);
            }
            norms = ready;
        }
        return ready;
    }

    private static float norm(float[] row) {
        double sum = 0;
        for (float w : row) {
            sum += (double) w * w;
        }
        return (float) Math.sqrt(sum);
    }
}
