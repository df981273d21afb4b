package dev.sae4j.train;

import dev.sae4j.kernel.Vectors;
import java.util.SplittableRandom;

/// Made-up activations: each row is a sum of 24 directions drawn with power-law probabilities, so
/// that some features fire often and others hardly ever, as in life.
public final class MadeUpRows {
    /// To draw from, for rows of any width: what they take does not grow with its square.
    private static final int DIRECTIONS = 2048;

    private static final int DIRECTIONS_A_ROW = 24;

    private MadeUpRows() {}

    /// Batches `[rows, d]` of one kind of rows; the same for the same seed.
    public static float[][] batches(int d, int rows, int count, long seed) {
        var random = new SplittableRandom(seed);
        float[] dictionary = new float[Math.multiplyExact(DIRECTIONS, d)];
        for (int i = 0; i < dictionary.length; i++) {
            dictionary[i] = (float) (random.nextGaussian() / Math.sqrt(d));
        }
        float[][] batches = new float[count][Math.multiplyExact(rows, d)];
        for (float[] x : batches) {
            for (int row = 0; row < rows; row++) {
                for (int s = 0; s < DIRECTIONS_A_ROW; s++) {
                    int direction = (int) (DIRECTIONS * Math.pow(random.nextDouble(), 2));
                    float strength = (float) (3 * random.nextDouble());
                    Vectors.addScaled(strength, dictionary, direction * d, x, row * d, d);
                }
            }
        }
        return batches;
    }
}
