package dev.sae4j.checkpoint;

import dev.sae4j.io.Tensor;
import dev.sae4j.sae.SaeWeights;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Weights of an SAE that works on pre-activations times decoder row norm, `n`: encoder rows and
/// biases are multiplied by it and decoder rows divided, which gives the same features and the same
/// reconstruction. Norms are computed when a weight is first asked for.
final class NormFolded implements SaeWeights {
    /// Rows shorter than this are divided by this, as SAELens has it when it folds. A row of zeros
    /// keeps its norm of zero in the encoder: its feature never fires.
    private static final float SMALLEST = 1e-8f;

    private final SaeWeights raw;
    private final int features;
    private final int width;
    private volatile float @Nullable [] norms; // [F]

    NormFolded(SaeWeights raw, int features, int width) {
        this.raw = raw;
        this.features = features;
        this.width = width;
    }

    @Override
    public void encoderRow(int feature, float[] target, int at) {
        raw.encoderRow(feature, target, at);
        scale(target, at, norms()[feature]);
    }

    @Override
    public void encoderRows(int first, int count, float[] target) {
        raw.encoderRows(first, count, target);
        for (int i = 0; i < count; i++) {
            scale(target, i * width, norms()[first + i]);
        }
    }

    @Override
    public void decoderRow(int feature, float[] target, int at) {
        raw.decoderRow(feature, target, at);
        float norm = Math.max(SMALLEST, norms()[feature]);
        for (int c = at; c < at + width; c++) {
            target[c] /= norm;
        }
    }

    @Override
    public float[] encoderBias() {
        float[] bias = raw.encoderBias().clone();
        for (int j = 0; j < features; j++) {
            bias[j] *= norms()[j];
        }
        return bias;
    }

    @Override
    public float[] decoderBias() {
        return raw.decoderBias();
    }

    @Override
    public List<Tensor> tensors() {
        return raw.tensors();
    }

    private void scale(float[] target, int at, float factor) {
        for (int c = at; c < at + width; c++) {
            target[c] *= factor;
        }
    }

    private synchronized float[] computed() {
        float[] ready = norms;
        if (ready == null) {
            ready = new float[features];
            float[] row = new float[width];
            for (int j = 0; j < features; j++) {
                raw.decoderRow(j, row, 0);
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

    private float[] norms() {
        float[] ready = norms;
        return ready != null ? ready : computed();
    }
}
