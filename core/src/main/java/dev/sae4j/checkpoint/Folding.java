package dev.sae4j.checkpoint;

import dev.sae4j.sae.Activation;
import dev.sae4j.sae.InputTransform;
import dev.sae4j.sae.Matrix;
import dev.sae4j.sae.SaeConfig;
import dev.sae4j.sae.SaeWeights;
import java.util.ArrayList;
import java.util.List;

/// An SAE on its way into a format: what the format has no place for is folded into the weights
/// where that computes the same (up to rounding), and noted.
///
///     with x' = s·x:        W_enc·s, W_dec/s, b_dec/s
///     with x' = (x - m)·M:  W_enc·Mᵀ, W_dec·M⁻¹, b_dec·M⁻¹ + m, b_enc - W_enc·(m·M)
///     with x - v first:     b_enc - W_enc·v
final class Folding {
    private SaeConfig config;
    private SaeWeights weights;
    private final List<String> notes = new ArrayList<>();
    private final List<Shift> shifts = new ArrayList<>();

    private Folding(SaeConfig config, SaeWeights weights) {
        this.config = config;
        this.weights = weights;
    }

    static Folding of(SaeConfig config, SaeWeights weights) {
        return new Folding(config, weights);
    }

    SaeConfig config() {
        if (config.activation() instanceof Activation.Gated) {
            settle(); // which keeps its biases in the activation
        }
        return config;
    }

    SaeWeights weights() {
        settle();
        return weights;
    }

    List<String> notes() {
        return notes;
    }

    /// Input transforms that are the same for every row: scale and whitening. Those that differ by
    /// row stay.
    Folding statistics() {
        switch (config.input()) {
            case InputTransform.Scale(float factor) -> scale(factor);
            case InputTransform.Whitening whitening -> whiten(whitening);
            case InputTransform.None _,
                    InputTransform.LayerNorm _,
                    InputTransform.ConstantNorm _ -> {}
        }
        return this;
    }

    private void scale(float factor) {
        notes.add("the input scale %s is folded into the weights".formatted(factor));
        float[] bias = weights.decoderBias().clone();
        for (int c = 0; c < bias.length; c++) {
            bias[c] /= factor;
        }
        float[] pre = weights.preBias();
        if (pre != null) {
            pre = pre.clone();
            for (int c = 0; c < pre.length; c++) {
                pre[c] /= factor;
            }
        }
        weights =
                new SaeWeights(
                        new ScaledMatrix(weights.encoder(), j -> factor, false),
                        weights.encoderBias(),
                        new ScaledMatrix(weights.decoder(), j -> factor, true),
                        bias,
                        pre,
                        weights.skip(),
                        weights.tensors());
        config = config.withInput(InputTransform.NONE);
    }

    private void whiten(InputTransform.Whitening w) {
        withoutPreBias();
        uncentred();
        notes.add("the whitening of the input is folded into the weights");
        int d = config.dIn();
        double[] shift = new double[d]; // m·M
        for (int i = 0; i < d; i++) {
            for (int j = 0; j < d; j++) {
                shift[j] += w.mean()[i] * w.matrix()[i * d + j];
            }
        }
        float[] bias = new float[d];
        for (int j = 0; j < d; j++) {
            double sum = w.mean()[j];
            for (int i = 0; i < d; i++) {
                sum += weights.decoderBias()[i] * w.inverse()[i * d + j];
            }
            bias[j] = (float) sum;
        }
        subtract(shift);
        weights =
                new SaeWeights(
                        new Product(weights.encoder(), w.matrix(), true),
                        weights.encoderBias(),
                        new Product(weights.decoder(), w.inverse(), false),
                        bias,
                        null,
                        weights.skip(),
                        weights.tensors());
        config = config.withInput(InputTransform.NONE);
    }

    /// `b_pre` in the other biases. It needs an input without statistics before it.
    Folding withoutPreBias() {
        float[] pre = weights.preBias();
        if (pre == null) {
            return this;
        }
        uncentred();
        notes.add("b_pre is folded into b_enc and b_dec");
        float[] bias = weights.decoderBias().clone();
        for (int c = 0; c < bias.length; c++) {
            bias[c] += pre[c];
        }
        subtract(widened(pre));
        weights =
                new SaeWeights(
                        weights.encoder(),
                        weights.encoderBias(),
                        weights.decoder(),
                        bias,
                        null,
                        weights.skip(),
                        weights.tensors());
        return this;
    }

    /// As an SAE that takes its input as it is.
    Folding uncentred() {
        if (config.centred()) {
            notes.add("the subtraction of b_dec from the input is folded into b_enc");
            moveBias(1);
            config = config.withCentred(false);
        }
        return this;
    }

    /// As an SAE that subtracts `b_dec` from its input.
    Folding centred() {
        if (!config.centred()) {
            notes.add("the format always subtracts b_dec from the input: b_enc makes up for it");
            moveBias(-1);
            config = config.withCentred(true);
        }
        return this;
    }

    private void moveBias(int sign) {
        double[] vector = widened(weights.decoderBias());
        for (int c = 0; c < vector.length; c++) {
            vector[c] *= sign;
        }
        subtract(vector);
    }

    /// Notes that a vector is subtracted from the input of the encoder as it is now. Its products
    /// with the encoder are computed when the weights are asked for: notes cost nothing.
    private void subtract(double[] vector) {
        shifts.add(new Shift(weights.encoder(), vector));
    }

    /// A vector whose product with an encoder comes off the pre-activations.
    private record Shift(Matrix encoder, double[] vector) {}

    private void settle() {
        if (shifts.isEmpty()) {
            return;
        }
        double[] shift = new double[config.dSae()];
        shifts.forEach(s -> addProduct(s, shift));
        shifts.clear();
        if (config.activation() instanceof Activation.Gated gated) {
            config = config.withActivation(shifted(gated, shift));
        } else {
            weights = weights.withEncoderBias(less(weights.encoderBias(), shift));
        }
    }

    /// Gated SAEs have no `b_enc`: what would be there goes into both of their biases.
    private static Activation shifted(Activation.Gated gated, double[] shift) {
        double[] scaled = shift.clone();
        for (int j = 0; j < scaled.length; j++) {
            scaled[j] *= Math.exp(gated.magnitudeScale()[j]);
        }
        return new Activation.Gated(
                less(gated.gateBias(), shift),
                gated.magnitudeScale(),
                less(gated.magnitudeBias(), scaled));
    }

    /// `sum += W·vector`.
    private static void addProduct(Shift shift, double[] sum) {
        float[] row = new float[shift.encoder.columns()];
        for (int j = 0; j < sum.length; j++) {
            shift.encoder.read(j, row, 0);
            for (int c = 0; c < row.length; c++) {
                sum[j] += row[c] * shift.vector[c];
            }
        }
    }

    private static float[] less(float[] bias, double[] shift) {
        float[] result = new float[bias.length];
        for (int j = 0; j < result.length; j++) {
            result[j] = (float) (bias[j] - shift[j]);
        }
        return result;
    }

    private static double[] widened(float[] values) {
        double[] wide = new double[values.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = values[i];
        }
        return wide;
    }

    /// Rows times a square matrix, or its transpose.
    private record Product(Matrix raw, double[] matrix, boolean transposed) implements Matrix {
        @Override
        public int rows() {
            return raw.rows();
        }

        @Override
        public int columns() {
            return raw.columns();
        }

        @Override
        public void read(int row, float[] target, int at) {
            int d = columns();
            float[] values = new float[d];
            raw.read(row, values, 0);
            for (int j = 0; j < d; j++) {
                double sum = 0;
                for (int i = 0; i < d; i++) {
                    sum += values[i] * matrix[transposed ? j * d + i : i * d + j];
                }
                target[at + j] = (float) sum;
            }
        }
    }
}
