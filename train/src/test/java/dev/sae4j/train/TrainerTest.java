package dev.sae4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.UsageException;
import dev.sae4j.kernel.Vectors;
import dev.sae4j.kernel.Workers;
import dev.sae4j.sae.Sae;
import dev.sae4j.store.TrainingRows;
import dev.sae4j.train.engine.Parameters;
import dev.sae4j.train.metric.ReconstructionMeter;
import dev.sae4j.train.recipe.Recipe;
import dev.sae4j.train.recipe.RecipeFiles;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrainerTest {
    private static final Workers WORKERS = Workers.of(2);

    @AfterAll
    static void close() {
        WORKERS.close();
    }

    private static TrainingResult train(Workers workers, Recipe recipe, TrainingRows rows) {
        return new Trainer(workers, List.of(recipe), rows, Trainer.Options.NONE)
                .run(TrainingListener.NONE)
                .getFirst();
    }

    private static TrainingResult train(Recipe recipe, TrainingRows rows) {
        return train(WORKERS, recipe, rows);
    }

    @Test
    void findsTheDirectionsThatTheActivationsAreMadeOf() {
        var truth = Synthetic.of(32, 48, 3, 30_000, 40f, 1);
        Recipe recipe =
                RecipeFiles.with(
                        RecipeFiles.preset("topk"),
                        Map.of("features", 64, "activation.k", 3, "tokens", 600_000));
        TrainingResult result = train(recipe, truth.training());
        assertThat(result.failure()).isNull();
        assertThat(result.steps()).isEqualTo(600_000 / 1024);
        try (Sae sae = TrainedSae.of(result, Map.of())) {
            var meter = new ReconstructionMeter(WORKERS, sae);
            meter.add(truth.rows(), 5_000);
            assertThat(meter.result().explainedVariance()).isGreaterThan(0.9);
        }
        long found =
                IntStream.range(0, 48)
                        .filter(t -> nearest(truth.directions(), t, result.weights()) > 0.9)
                        .count();
        assertThat(found).as("of 48 directions").isGreaterThan(40);
    }

    private static double nearest(float[] directions, int t, Parameters weights) {
        double best = 0;
        for (int j = 0; j < weights.dSae(); j++) {
            float[] w = weights.decoder().value();
            best = Math.max(best, Vectors.dot(directions, t * 32, w, j * 32, 32));
        }
        return best;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "topk",
                "batchtopk",
                "saelens-standard",
                "saelens-gated",
                "saelens-jumprelu-tanh",
                "saelens-matryoshka",
                "saelens-matching-pursuit",
                "dictionary-learning-standard",
                "sparsify-topk",
                "sparsify-topk-muon"
            })
    void givesTheSameBitsOnAnyNumberOfThreads(String preset) {
        var truth = Synthetic.of(24, 60, 3, 3_000, 1f, 4);
        Recipe recipe =
                RecipeFiles.with(
                        RecipeFiles.preset(preset),
                        Map.of("features", 200, "tokens", 20 * 300, "batch", 300));
        recipe = RecipeFiles.with(recipe, List.of("dead.after=5"));
        Parameters[] weights = new Parameters[3];
        for (int threads = 1; threads <= 3; threads++) {
            try (Workers workers = Workers.of(threads)) {
                TrainingResult result = train(workers, recipe, truth.training());
                assertThat(result.failure()).isNull();
                weights[threads - 1] = result.weights();
            }
        }
        assertThat(weights[1].sameBits(weights[0])).isTrue();
        assertThat(weights[2].sameBits(weights[0])).isTrue();
    }

    @Test
    void anotherSeedGivesOtherWeights() {
        var truth = Synthetic.of(24, 60, 3, 3_000, 1f, 4);
        Recipe one = Synthetic.recipe(40, 4, 9_000, 100);
        Recipe two = RecipeFiles.with(one, List.of("seed=4"));
        Parameters first = train(one, truth.training()).weights();
        assertThat(first.sameBits(train(two, truth.training()).weights())).isFalse();
    }

    @Test
    void runsFromOneStreamEndAsEachAlone() {
        var truth = Synthetic.of(24, 60, 3, 3_000, 1f, 4);
        List<Recipe> recipes =
                List.of(
                        Synthetic.recipe(40, 4, 9_000, 100),
                        Synthetic.recipe(80, 2, 9_000, 100),
                        RecipeFiles.with(
                                RecipeFiles.preset("saelens-standard"),
                                Map.of("features", 50, "tokens", 9_000, "batch", 100)));
        List<TrainingResult> together =
                new Trainer(WORKERS, recipes, truth.training(), Trainer.Options.NONE)
                        .run(TrainingListener.NONE);
        for (int i = 0; i < recipes.size(); i++) {
            Parameters alone = train(recipes.get(i), truth.training()).weights();
            assertThat(together.get(i).weights().sameBits(alone)).as("run " + i).isTrue();
        }
    }

    private static void keepsTheWeightsOfStep50(String message, SpoiltRows.Spoil spoil) {
        var truth = Synthetic.of(24, 60, 3, 3_000, 1f, 4);
        Recipe whole = Synthetic.recipe(80, 4, 200 * 100, 100);
        TrainingResult stopped = train(whole, new SpoiltRows(truth.training(), 50 * 100, spoil));
        assertThat(stopped.failure()).contains(message);
        assertThat(stopped.steps()).isEqualTo(50);
        TrainingResult fifty = train(Synthetic.recipe(80, 4, 50 * 100, 100), truth.training());
        assertThat(stopped.weights().sameBits(fifty.weights())).isTrue();
    }

    @Test
    void keepsTheLastGoodWeightsWhenAnActivationIsNotANumber() {
        keepsTheWeightsOfStep50(
                "step 51 met activations that are NaN or infinite", x -> x[17] = Float.NaN);
    }

    @Test
    void keepsTheLastGoodWeightsWhenTheLossOverflows() {
        keepsTheWeightsOfStep50(
                " at step 51: the learning rate is too high, or some activations are far larger than the others",
                x -> x[17] = 1e30f);
    }

    @Test
    void keepsTheLastGoodWeightsWhenTheActivationsCannotBeReadAnyMore() {
        keepsTheWeightsOfStep50(
                "training stopped at step 51: [shard] is damaged",
                x -> {
                    throw new Sae4jException("[shard] is damaged");
                });
    }

    @Test
    void theOthersGoOnWhenOneRunFails() {
        var truth = Synthetic.of(24, 60, 3, 3_000, 1f, 4);
        Recipe good = Synthetic.recipe(40, 4, 50 * 100, 100);
        Recipe bad =
                RecipeFiles.with(
                        RecipeFiles.preset("saelens-standard"),
                        Map.of(
                                "features",
                                40,
                                "tokens",
                                50 * 100,
                                "batch",
                                100,
                                "loss.sparsity.coefficient",
                                1e300));
        List<TrainingResult> results =
                new Trainer(WORKERS, List.of(bad, good), truth.training(), Trainer.Options.NONE)
                        .run(TrainingListener.NONE);
        assertThat(results.getFirst().failure()).contains("the learning rate is too high");
        assertThat(results.getFirst().steps()).isZero();
        assertThat(results.getLast().failure()).isNull();
        assertThat(results.getLast().steps()).isEqualTo(50);
    }

    @Test
    void saysHowManyRowsAreMissingAtTheEnd() {
        float[] rows = Synthetic.of(8, 20, 2, 50, 1f, 4).rows();
        int[][] once = {IntStream.range(0, 50).toArray()};
        Recipe recipe = Synthetic.recipe(16, 2, 100, 20);
        TrainingResult result = train(recipe, TrainingRows.ofOrders(rows, 8, once));
        assertThat(result.steps()).isEqualTo(2);
        assertThat(result.failure())
                .isEqualTo(
                        "training stopped at step 3: the activations ended 10 rows too early: harvest more, or train on fewer");
        int[][] tooFew = {IntStream.range(0, 10).toArray()};
        assertThatThrownBy(() -> train(recipe, TrainingRows.ofOrders(rows, 8, tooFew)))
                .hasMessageContaining("rows too early");
    }

    @Test
    void refusesActivationsThatCannotBeTrainedOn() {
        float[] zeros = new float[100 * 8];
        assertFailsToStart(zeros, "the activations are all zero: there is nothing to train on");
        float[] notANumber = new float[100 * 8];
        Arrays.fill(notANumber, 1f);
        notANumber[41] = Float.NaN;
        assertFailsToStart(notANumber, "the activations hold NaN (row ");
        float[] huge = new float[100 * 8];
        Arrays.fill(huge, 1e25f);
        assertFailsToStart(huge, "the activations are too large");
    }

    private static void assertFailsToStart(float[] rows, String message) {
        Recipe recipe =
                RecipeFiles.with(
                        Synthetic.recipe(16, 2, 200, 20), List.of("start.sample_rows=100"));
        assertThatThrownBy(() -> train(recipe, TrainingRows.of(rows, 8, 1)))
                .isInstanceOf(Sae4jException.class)
                .hasMessageContaining(message);
    }

    @Test
    void trainsFewerRowsThanTheFirstSampleTakes() {
        TrainingRows rows = TrainingRows.of(new float[] {1, 2, 3, 4, 5, 7}, 2, 1);
        Recipe recipe =
                RecipeFiles.with(
                        RecipeFiles.preset("topk"),
                        Map.of("features", 4, "activation.k", 1, "tokens", 3, "batch", 3));
        TrainingResult result = train(recipe, rows);
        assertThat(result.failure()).isNull();
        assertThat(result.steps()).isEqualTo(1);
    }

    @Test
    void refusesRecipesThatCannotReadOneStream() {
        TrainingRows rows = Synthetic.of(8, 20, 2, 100, 1f, 4).training();
        Recipe one = Synthetic.recipe(16, 2, 200, 20);
        for (String setting : List.of("batch=10", "tokens=400", "accumulate=2")) {
            Recipe two = RecipeFiles.with(one, List.of(setting));
            assertThatThrownBy(() ->
                            new Trainer(WORKERS, List.of(one, two), rows, Trainer.Options.NONE))
                    .as(setting)
                    .isInstanceOf(UsageException.class)
                    .hasMessageContaining("cannot read one stream");
        }
    }

    @Test
    void refusesToLookForTheBestEpochWithoutRowsToValidateOn() {
        TrainingRows rows = Synthetic.of(8, 20, 2, 100, 1f, 4).training();
        Recipe recipe =
                RecipeFiles.with(
                        Synthetic.recipe(16, 2, 200, 20), List.of("best_on_validation=true"));
        assertThatThrownBy(() -> new Trainer(WORKERS, List.of(recipe), rows, Trainer.Options.NONE))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("there are no rows to validate on");
    }

    @Test
    void refusesTranscodersThatSubtractOrScaleWhatTheyCannot() {
        float[] values = Synthetic.of(8, 20, 2, 100, 1f, 4).rows();
        TrainingRows pairs =
                TrainingRows.sideBySide(
                        TrainingRows.inOrder(values, 8), TrainingRows.inOrder(values, 8));
        Recipe centred = Synthetic.recipe(16, 2, 200, 20);
        assertThatThrownBy(
                        () -> new Trainer(WORKERS, List.of(centred), pairs, Trainer.Options.NONE))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("use --set input_bias=none");
        Recipe scaled = RecipeFiles.with(centred, List.of("input_bias=none"));
        assertThatThrownBy(() -> new Trainer(WORKERS, List.of(scaled), pairs, Trainer.Options.NONE))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("use --set input.type=none");
    }
}
