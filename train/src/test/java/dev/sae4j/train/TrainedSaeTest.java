package dev.sae4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sae4j.kernel.Rows;
import dev.sae4j.kernel.Vectors;
import dev.sae4j.kernel.Workers;
import dev.sae4j.sae.Sae;
import dev.sae4j.sae.SparseCodes;
import dev.sae4j.store.TrainingRows;
import dev.sae4j.train.recipe.Recipe;
import dev.sae4j.train.recipe.RecipeFiles;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class TrainedSaeTest {
    private static final Workers WORKERS = Workers.of(2);

    @AfterAll
    static void close() {
        WORKERS.close();
    }

    private static TrainingResult train(
            Recipe recipe, TrainingRows rows, TrainingListener listener) {
        return new Trainer(WORKERS, List.of(recipe), rows, Trainer.Options.NONE)
                .run(listener)
                .getFirst();
    }

    @Test
    void foldsTheInputScaleIntoTheWeights() {
        var truth = Synthetic.of(24, 60, 3, 3_000, 250f, 4);
        TrainingResult result =
                train(
                        Synthetic.recipe(80, 4, 30_000, 300),
                        truth.training(),
                        TrainingListener.NONE);
        float scale = (float) result.scaling().factor();
        assertThat(scale).isBetween(1e-4f, 1e-1f);
        float[] x = truth.rows().clone();
        Vectors.scale(scale, x, 0, x.length);
        try (Sae onRaw = TrainedSae.of(result, Map.of());
                Sae onScaled =
                        TrainedSae.of(
                                result.recipe(),
                                InputScaling.NONE,
                                result.weights(),
                                -1,
                                false,
                                Map.of())) {
            SparseCodes raw = onRaw.encode(WORKERS, Rows.of(truth.rows(), 3_000, 24));
            SparseCodes scaled = onScaled.encode(WORKERS, Rows.of(x, 3_000, 24));
            assertThat(raw.entries()).isEqualTo(scaled.entries());
            for (int i = 0; i < raw.entries(); i++) {
                assertThat(raw.feature()[i]).isEqualTo(scaled.feature()[i]);
                // two roundings of each term, and up to 1e3 in a sum of 24
                assertThat(raw.value()[i]).isCloseTo(scaled.value()[i] / scale, within(2e-2f));
            }
        }
    }

    @Test
    void whatIsTrainedOnPairsIsATranscoderEvenIfBothAreAsWide() {
        var truth = Synthetic.of(8, 20, 2, 200, 1f, 4);
        TrainingRows pairs = TrainingRows.sideBySide(truth.training(), truth.training());
        Recipe recipe =
                RecipeFiles.with(
                        Synthetic.recipe(16, 2, 200, 20),
                        List.of("input_bias=none", "input.type=none", "snapshots=[100 tokens]"));
        List<Boolean> snapshots = new ArrayList<>();
        var listener =
                new TrainingListener() {
                    @Override
                    public void snapshot(int index, TrainingRun run) {
                        try (Sae sae = TrainedSae.snapshot(run, Map.of())) {
                            snapshots.add(sae.config().transcoder());
                        }
                    }
                };
        TrainingResult result = train(recipe, pairs, listener);
        assertThat(result.pairs()).isTrue();
        assertThat(snapshots).containsExactly(true);
        try (Sae sae = TrainedSae.of(result, Map.of())) {
            assertThat(sae.config().transcoder()).isTrue();
        }
        Recipe plain = Synthetic.recipe(16, 2, 200, 20);
        try (Sae sae =
                TrainedSae.of(train(plain, truth.training(), TrainingListener.NONE), Map.of())) {
            assertThat(sae.config().transcoder()).isFalse();
        }
    }
}
