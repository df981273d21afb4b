package dev.sae4j.train.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sae4j.kernel.Vectors;
import dev.sae4j.kernel.Workers;
import dev.sae4j.train.Recipe;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class AuxLossTest {
    private static final int D = 16;
    private static final int F = 64;
    private static final int BATCH = 128;

    @Test
    void bringsDeadFeaturesBack() {
        assertThat(deadAfterTraining(0)).isGreaterThanOrEqualTo(F / 2);
        assertThat(deadAfterTraining(1 / 8.0)).isLessThan(F / 8);
    }

    /// Half of the features begin with encoders so short that others always win.
    private static int deadAfterTraining(double coefficient) {
        var random = new SplittableRandom(9);
        Parameters weights = Parameters.zeros(D, F);
        float[] directions = new float[F * D];
        for (int i = 0; i < directions.length; i++) {
            directions[i] = (float) (random.nextGaussian() / 4);
            weights.decoder()[i] = (float) (random.nextGaussian() / 4); // norm 1, about
            weights.encoder()[i] = weights.decoder()[i];
        }
        Vectors.scale(0.02f, weights.encoder(), 0, F / 2 * D);
        var recipe =
                new Recipe(
                        "test",
                        F,
                        3,
                        1_000_000,
                        BATCH,
                        new Recipe.Schedule(5e-3, 0, 1),
                        Recipe.Adam.DEFAULT,
                        new Recipe.AuxLoss(coefficient, 8, 4L * BATCH),
                        new Recipe.Decoder(Recipe.DecoderInit.GAUSSIAN, true),
                        Recipe.BiasInit.ZERO,
                        Recipe.InputScale.NONE,
                        1);
        try (var workers = Workers.of(2)) {
            var step = new SparseStep(workers, recipe, weights);
            float[] x = new float[BATCH * D];
            for (int s = 0; s < 1200; s++) {
                java.util.Arrays.fill(x, 0f);
                for (int r = 0; r < BATCH; r++) {
                    for (int i = 0; i < 3; i++) {
                        int direction = random.nextInt(F) * D;
                        float strength = (float) (0.5 + random.nextDouble());
                        Vectors.addScaled(strength, directions, direction, x, r * D, D);
                    }
                }
                step.run(x, 5e-3);
            }
            return step.dead().count();
        }
    }
}
