package dev.sae4j.train;

import dev.sae4j.kernel.Vectors;
import dev.sae4j.store.TrainingRows;
import java.util.SplittableRandom;

/// Activations whose true features are known: each row is a sum of a few unit directions.
///
/// @param directions `[features, width]`
/// @param rows `[n, width]`
record Synthetic(int width, float[] directions, float[] rows) {
    /// @param active directions in each row, with strengths of 0.5 to 2
    /// @param scale multiplies all rows
    static Synthetic of(int width, int features, int active, int n, float scale, long seed) {
        var random = new SplittableRandom(seed);
        float[] directions = new float[features * width];
        for (int i = 0; i < directions.length; i++) {
            directions[i] = (float) random.nextGaussian();
        }
        for (int at = 0; at < directions.length; at += width) {
            double norm = Math.sqrt(Vectors.squaredNorm(directions, at, width));
            Vectors.scale((float) (1 / norm), directions, at, width);
        }
        float[] rows = new float[n * width];
        for (int r = 0; r < n; r++) {
            for (int i = 0; i < active; i++) {
                float strength = scale * (float) (0.5 + 1.5 * random.nextDouble());
                int direction = random.nextInt(features) * width;
                Vectors.addScaled(strength, directions, direction, rows, r * width, width);
            }
        }
        return new Synthetic(width, directions, rows);
    }

    TrainingRows training() {
        return TrainingRows.of(rows, width, 5);
    }

    /// A recipe with a constant learning rate, so that shorter runs begin like longer ones.
    static Recipe recipe(int features, int k, long rows, int batch) {
        return new Recipe(
                "test",
                features,
                k,
                rows,
                batch,
                new Recipe.Schedule(3e-3, 0, 1),
                Recipe.Adam.DEFAULT,
                new Recipe.AuxLoss(1 / 32.0, 8, 2_000),
                new Recipe.Decoder(Recipe.DecoderInit.GAUSSIAN, true),
                Recipe.BiasInit.MEAN,
                Recipe.InputScale.UNIT_MEAN_SQUARE,
                3);
    }
}
