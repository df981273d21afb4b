package dev.sae4j.train;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.kernel.Vectors;
import dev.sae4j.store.TrainingRows;
import dev.sae4j.train.engine.Parameters;
import java.util.SplittableRandom;

/// Where training begins: weights and the scale of the input, from a first sample of rows.
///
/// @param weights in the units of the scaled input
/// @param scale what activations are multiplied with
record Start(Parameters weights, double scale) {
    private static final int SAMPLE_ROWS = 16_384;

    static Start from(Recipe recipe, TrainingRows rows) {
        int d = rows.width();
        int n = (int) Math.max(2, Math.min(SAMPLE_ROWS, rows.rowsPerEpoch()));
        float[] sample = new float[Math.multiplyExact(n, d)];
        Trainer.fill(rows, sample, n);
        Trainer.requireFinite(sample, d);
        double scale = scale(recipe.inputScale(), sample, d);
        Vectors.scale((float) scale, sample, 0, sample.length);
        Parameters weights = Parameters.zeros(d, recipe.dSae());
        float[] mean = mean(sample, d);
        switch (recipe.biasInit()) {
            case ZERO -> {}
            case MEAN -> System.arraycopy(mean, 0, weights.decoderBias(), 0, d);
            case GEOMETRIC_MEDIAN ->
                    System.arraycopy(
                            GeometricMedian.of(sample, d, mean), 0, weights.decoderBias(), 0, d);
        }
        directions(recipe, weights, sample, mean);
        return new Start(weights, scale);
    }

    private static double scale(Recipe.InputScale kind, float[] sample, int d) {
        if (kind == Recipe.InputScale.NONE) {
            return 1;
        }
        double sum = 0;
        for (int at = 0; at < sample.length; at += d) {
            sum += Vectors.squaredNorm(sample, at, d);
        }
        int rows = sample.length / d;
        double meanSquare = sum / rows;
        if (meanSquare == Double.POSITIVE_INFINITY) {
            throw new Sae4jException(
                    "the activations are too large: their mean squared norm is beyond float32; check the model and the hook");
        }
        if (!(meanSquare > 0)) {
            throw new Sae4jException(
                    "the activations are all zero: there is nothing to train on; check the hook");
        }
        return 1 / Math.sqrt(meanSquare);
    }

    private static float[] mean(float[] sample, int d) {
        double[] sum = new double[d];
        for (int i = 0; i < sample.length; i++) {
            sum[i % d] += sample[i];
        }
        int rows = sample.length / d;
        float[] mean = new float[d];
        for (int c = 0; c < d; c++) {
            mean[c] = (float) (sum[c] / rows);
        }
        return mean;
    }

    /// Decoder rows of norm 1; the encoder begins as their copy.
    private static void directions(Recipe recipe, Parameters w, float[] sample, float[] mean) {
        var random = new SplittableRandom(recipe.seed());
        int d = w.dIn();
        for (int j = 0; j < w.dSae(); j++) {
            int at = j * d;
            boolean fromData = recipe.decoder().init() == Recipe.DecoderInit.DATA;
            if (fromData) {
                int row = random.nextInt(sample.length / d);
                Vectors.scaledDifference(sample, row * d, mean, 0, 1f, w.decoder(), at, d);
            }
            double norm = Math.sqrt(Vectors.squaredNorm(w.decoder(), at, d));
            if (!(norm > 1e-6)) { // also a sampled row that equals the mean
                for (int c = 0; c < d; c++) {
                    w.decoder()[at + c] = (float) random.nextGaussian();
                }
                norm = Math.sqrt(Vectors.squaredNorm(w.decoder(), at, d));
            }
            Vectors.scale((float) (1 / norm), w.decoder(), at, d);
            System.arraycopy(w.decoder(), at, w.encoder(), at, d);
        }
    }
}
