package dev.sae4j.train.engine;

import dev.sae4j.kernel.Vectors;

/// Gives dead features new weights, as dictionary_learning's StandardTrainer does: inputs are drawn
/// with a probability proportional to the norm of their error; the decoder row becomes the unit
/// input, the encoder row the input times a fifth of the mean norm of the living, the bias 0; the
/// optimizer forgets these entries.
public final class Resampler {
    private static final double SHARE_OF_NORM = 0.2;

    private Resampler() {}

    /// Draws rows without replacement.
    public interface Draw {
        /// @param weights of the rows, not negative
        /// @param n rows wanted, at most as many as there are
        int[] rows(double[] weights, int n);
    }

    /// Resamples every feature that has been silent for more than `after`.
    ///
    /// @param x `[rows, dIn]`, the batch of the step just done
    /// @return features with new weights
    public static int run(TrainingStep step, float[] x, int rows, double after, Draw draw) {
        Parameters w = step.weights();
        long[] silent = step.dead().silent();
        int d = w.dIn();
        int[] dead = new int[silent.length];
        int n = 0;
        double norms = 0;
        for (int j = 0; j < silent.length; j++) {
            if (silent[j] > after) {
                dead[n++] = j;
            } else {
                norms += Math.sqrt(Vectors.squaredNorm(w.encoder().value(), j * d, d));
            }
        }
        if (n == 0) {
            return 0;
        }
        float size = (float) (n == silent.length ? 0 : norms / (silent.length - n) * SHARE_OF_NORM);
        double[] weights = new double[rows];
        for (int r = 0; r < rows; r++) {
            weights[r] = Math.sqrt(step.squaredErrors()[r]);
        }
        int[] drawn = draw.rows(weights, Math.min(n, rows));
        for (int i = 0; i < drawn.length; i++) {
            replace(step, dead[i], x, drawn[i] * d, size);
        }
        return drawn.length;
    }

    private static void replace(TrainingStep step, int j, float[] x, int from, float size) {
        Parameters w = step.weights();
        int d = w.dIn();
        float norm = (float) Math.sqrt(Vectors.squaredNorm(x, from, d));
        System.arraycopy(x, from, w.encoder().value(), j * d, d);
        Vectors.scale(size, w.encoder().value(), j * d, d);
        System.arraycopy(x, from, w.decoder().value(), j * d, d);
        Vectors.scale(norm > 0 ? 1 / norm : 0, w.decoder().value(), j * d, d);
        w.encoderBias().value()[j] = 0;
        step.optimizer().reset(w.encoder(), j * d, d);
        step.optimizer().reset(w.decoder(), j * d, d);
        step.optimizer().reset(w.encoderBias(), j, 1);
    }
}
