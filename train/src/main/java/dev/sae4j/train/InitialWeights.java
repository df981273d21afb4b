package dev.sae4j.train;

import dev.sae4j.kernel.Vectors;
import dev.sae4j.train.engine.Batch;
import dev.sae4j.train.engine.Parameters;
import dev.sae4j.train.recipe.Architecture;
import dev.sae4j.train.recipe.Recipe;
import dev.sae4j.train.recipe.Start;
import java.util.Arrays;
import java.util.SplittableRandom;

/// Where weights begin: first what is drawn, then what follows from a first sample of rows.
final class InitialWeights {
    private final Recipe recipe;
    private final Start start;
    private final Parameters weights;
    private final SplittableRandom random;

    private InitialWeights(Recipe recipe, Parameters weights) {
        this.recipe = recipe;
        this.start = recipe.start();
        this.weights = weights;
        this.random = new SplittableRandom(recipe.seed());
    }

    /// Draws everything that does not depend on activations.
    ///
    /// @param sample `x` as training sees it, for decoders that begin as data points
    static Parameters draw(Recipe recipe, Parameters.Shape shape, Batch sample) {
        Parameters weights = Parameters.zeros(shape);
        new InitialWeights(recipe, weights).draw(sample);
        return weights;
    }

    private void draw(Batch sample) {
        int d = weights.dOut();
        float[] decoder = weights.decoder().value();
        float[] encoder = weights.encoder().value();
        boolean tied = weights.shape().tied();
        boolean fromEncoder = copies(start.decoder()) && !tied;
        if (fromEncoder) {
            fill(start.encoder(), encoder, weights.dIn(), sample);
            System.arraycopy(encoder, 0, decoder, 0, decoder.length);
        } else {
            fill(start.decoder(), decoder, d, sample);
        }
        if (start.encoder() == Start.Rows.COPY_UNSCALED && !tied) {
            System.arraycopy(decoder, 0, encoder, 0, encoder.length);
        }
        Double norm = start.decoderNorm();
        if (norm != null) {
            for (int at = 0; at < decoder.length; at += d) {
                double found = Math.sqrt(Vectors.squaredNorm(decoder, at, d));
                if (found > 0) {
                    Vectors.scale((float) (norm / found), decoder, at, d);
                }
            }
        }
        if (!fromEncoder && !tied) {
            switch (start.encoder()) {
                case COPY -> System.arraycopy(decoder, 0, encoder, 0, encoder.length);
                case COPY_UNSCALED -> {}
                default -> fill(start.encoder(), encoder, weights.dIn(), sample);
            }
        }
        if (start.encoderBias() == Start.EncoderBias.LINEAR) {
            uniform(weights.encoderBias().value(), 1 / Math.sqrt(weights.dIn()));
        }
        if (start.decoderBias() == Start.DecoderBias.LINEAR) {
            uniform(weights.decoderBias().value(), 1 / Math.sqrt(weights.dSae()));
        }
        if (weights.threshold() != null
                && recipe.activation() instanceof Architecture.JumpRelu jump) {
            Arrays.fill(weights.threshold().value(), (float) jump.threshold());
        }
    }

    private static boolean copies(Start.Rows rows) {
        return rows == Start.Rows.COPY || rows == Start.Rows.COPY_UNSCALED;
    }

    private void fill(Start.Rows kind, float[] out, int d, Batch sample) {
        switch (kind) {
            case GAUSSIAN -> {
                for (int i = 0; i < out.length; i++) {
                    out[i] = (float) random.nextGaussian();
                }
            }
            case KAIMING -> uniform(out, Math.sqrt(6.0 / d));
            case LINEAR -> uniform(out, 1 / Math.sqrt(d));
            case LINEAR_TRANSPOSED -> uniform(out, 1 / Math.sqrt(out.length / (double) d));
            case DATA -> data(out, d, sample);
            case ZERO, COPY, COPY_UNSCALED -> {}
        }
    }

    private void uniform(float[] out, double bound) {
        for (int i = 0; i < out.length; i++) {
            out[i] = (float) random.nextDouble(-bound, bound);
        }
    }

    /// Randomly chosen rows less their mean; a row that equals the mean is drawn.
    private void data(float[] out, int d, Batch sample) {
        float[] mean = mean(sample.x(), sample.rows(), d);
        for (int at = 0; at < out.length; at += d) {
            int row = random.nextInt(sample.rows());
            Vectors.scaledDifference(sample.x(), row * d, mean, 0, 1f, out, at, d);
            if (!(Vectors.squaredNorm(out, at, d) > 1e-12)) {
                for (int c = at; c < at + d; c++) {
                    out[c] = (float) random.nextGaussian();
                }
            }
        }
    }

    /// Sets the biases that follow from rows.
    ///
    /// @param sample as training sees it
    static void biases(Recipe recipe, Parameters weights, Batch sample) {
        int d = weights.dOut();
        float[] bias = weights.decoderBias().value();
        switch (recipe.start().decoderBias()) {
            case ZERO, LINEAR -> {}
            case MEAN -> System.arraycopy(mean(sample.y(), sample.rows(), d), 0, bias, 0, d);
            case GEOMETRIC_MEDIAN -> {
                float[] rows = Arrays.copyOf(sample.y(), sample.rows() * d);
                float[] mean = mean(rows, sample.rows(), d);
                System.arraycopy(GeometricMedian.of(rows, d, mean), 0, bias, 0, d);
            }
        }
        if (recipe.start().encoderBias() == Start.EncoderBias.CENTRED) {
            int dIn = weights.dIn();
            float[] mean = mean(sample.x(), sample.rows(), dIn);
            for (int j = 0; j < weights.dSae(); j++) {
                weights.encoderBias().value()[j] =
                        -Vectors.dot(mean, 0, weights.encoder().value(), j * dIn, dIn);
            }
        }
    }

    private static float[] mean(float[] rows, int n, int d) {
        double[] sum = new double[d];
        for (int i = 0; i < n * d; i++) {
            sum[i % d] += rows[i];
        }
        float[] mean = new float[d];
        for (int c = 0; c < d; c++) {
            mean[c] = (float) (sum[c] / n);
        }
        return mean;
    }
}
