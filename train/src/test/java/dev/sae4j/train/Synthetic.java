package dev.sae4j.train;

import dev.sae4j.kernel.Vectors;
import dev.sae4j.store.TrainingRows;
import dev.sae4j.train.recipe.Recipe;
import dev.sae4j.train.recipe.RecipeFiles;
import java.util.Map;
import java.util.SplittableRandom;

/// Activations whose true features are known: each row is a sum of a few unit directions.
///
/// @param directions `[features, width]`
/// @param rows `[n, width]`
record Synthetic(int width, float[] directions, float[] rows) {
    private static final Map<String, Object> RATE =
            Map.of("peak", 3e-3, "warmup", 0, "decay", 0, "scaled_by_width", false);

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

    /// TopK with a constant learning rate, so that shorter runs begin like longer ones.
    static Recipe recipe(int features, int k, long rows, int batch) {
        return RecipeFiles.with(
                RecipeFiles.preset("topk"),
                Map.of(
                        "features", features,
                        "activation.k", k,
                        "tokens", rows,
                        "batch", batch,
                        "start.sample_rows", batch,
                        "learning_rate", RATE,
                        "loss.aux.k", 8,
                        "dead.after", "2000 tokens",
                        "seed", 3));
    }
}
