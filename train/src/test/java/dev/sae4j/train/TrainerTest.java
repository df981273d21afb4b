package dev.sae4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.kernel.Rows;
import dev.sae4j.kernel.Vectors;
import dev.sae4j.kernel.Workers;
import dev.sae4j.sae.Activation;
import dev.sae4j.sae.ArrayWeights;
import dev.sae4j.sae.Sae;
import dev.sae4j.sae.SaeConfig;
import dev.sae4j.sae.SparseCodes;
import dev.sae4j.store.TrainingRows;
import dev.sae4j.train.engine.Parameters;
import dev.sae4j.train.metric.ReconstructionMeter;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class TrainerTest {
    private static final TrainingListener NOBODY = (step, steps, result, rate) -> {};
    private static final Workers WORKERS = Workers.of(2);

    @AfterAll
    static void close() {
        WORKERS.close();
    }

    private static Sae sae(Parameters w, int k) {
        return Sae.of(
                new SaeConfig(w.dIn(), w.dSae(), new Activation.TopK(k), true, Map.of()),
                new ArrayWeights(
                        w.dIn(), w.encoder(), w.encoderBias(), w.decoder(), w.decoderBias()));
    }

    @Test
    void findsTheDirectionsThatTheActivationsAreMadeOf() {
        var truth = Synthetic.of(32, 48, 3, 30_000, 40f, 1);
        Recipe recipe = Recipes.topK(32, 64, 3, 600_000, 2);
        TrainingResult result = new Trainer(WORKERS, recipe, truth.training()).run(NOBODY);
        assertThat(result.failure()).isNull();
        assertThat(result.steps()).isEqualTo(recipe.steps());
        try (Sae sae = sae(result.weights(), 3)) {
            var meter = new ReconstructionMeter(WORKERS, sae);
            meter.add(truth.rows(), 5_000);
            assertThat(meter.result().explainedVariance()).isGreaterThan(0.9);
        }
        int found = 0;
        for (int t = 0; t < 48; t++) {
            double best = 0;
            for (int j = 0; j < 64; j++) {
                float[] w = result.weights().decoder();
                best = Math.max(best, Vectors.dot(truth.directions(), t * 32, w, j * 32, 32));
            }
            found += best > 0.9 ? 1 : 0;
        }
        assertThat(found).as("of 48 directions").isGreaterThan(40);
    }

    @Test
    void givesTheSameBitsOnAnyNumberOfThreads() {
        var truth = Synthetic.of(24, 60, 3, 3_000, 1f, 4);
        Recipe recipe = Synthetic.recipe(200, 4, 60 * 300, 300);
        Parameters[] weights = new Parameters[3];
        for (int threads = 1; threads <= 3; threads++) {
            try (var workers = Workers.of(threads)) {
                var result = new Trainer(workers, recipe, truth.training()).run(NOBODY);
                weights[threads - 1] = result.weights();
            }
        }
        assertThat(weights[1].sameBits(weights[0])).isTrue();
        assertThat(weights[2].sameBits(weights[0])).isTrue();
    }

    @Test
    void anotherSeedGivesOtherWeights() {
        var truth = Synthetic.of(24, 60, 3, 3_000, 1f, 4);
        var one = new Trainer(WORKERS, Recipes.topK(24, 40, 4, 9_000, 1), truth.training());
        var two = new Trainer(WORKERS, Recipes.topK(24, 40, 4, 9_000, 2), truth.training());
        assertThat(one.run(NOBODY).weights().sameBits(two.run(NOBODY).weights())).isFalse();
    }

    @Test
    void foldsTheInputScaleIntoTheWeights() {
        var truth = Synthetic.of(24, 60, 3, 3_000, 250f, 4);
        var result =
                new Trainer(WORKERS, Synthetic.recipe(80, 4, 30_000, 300), truth.training())
                        .run(NOBODY);
        float scale = (float) result.inputScale();
        assertThat(scale).isBetween(1e-4f, 1e-1f);
        Parameters raw = result.weights();
        Parameters scaled = raw.copy(); // as it was in training
        Vectors.scale(scale, scaled.encoderBias(), 0, 80);
        Vectors.scale(scale, scaled.decoderBias(), 0, 24);
        float[] x = truth.rows().clone();
        Vectors.scale(scale, x, 0, x.length);
        SparseCodes onRaw = sae(raw, 4).encode(WORKERS, Rows.of(truth.rows(), 3_000, 24));
        SparseCodes onScaled = sae(scaled, 4).encode(WORKERS, Rows.of(x, 3_000, 24));
        assertThat(onRaw.entries()).isEqualTo(onScaled.entries());
        for (int i = 0; i < onRaw.entries(); i++) {
            assertThat(onRaw.feature()[i]).isEqualTo(onScaled.feature()[i]);
            // two roundings of each term, and up to 1e3 in a sum of 24
            assertThat(onRaw.value()[i]).isCloseTo(onScaled.value()[i] / scale, within(2e-2f));
        }
    }

    /// Rows of `from`, until something else happens at a batch.
    private static TrainingRows spoilt(Synthetic truth, int batch, Consumer<float[]> spoil) {
        TrainingRows rows = truth.training();
        return new TrainingRows() {
            private int batches = -1; // the first call takes the sample

            @Override
            public int width() {
                return rows.width();
            }

            @Override
            public long rowsPerEpoch() {
                return rows.rowsPerEpoch();
            }

            @Override
            public long position() {
                return rows.position();
            }

            @Override
            public void seek(long row) {
                rows.seek(row);
            }

            @Override
            public int next(float[] target, int n) {
                int found = rows.next(target, n);
                if (++batches == batch) {
                    spoil.accept(target);
                }
                return found;
            }
        };
    }

    private static void keepsTheWeightsOfStep50(String message, Consumer<float[]> spoil) {
        var truth = Synthetic.of(24, 60, 3, 3_000, 1f, 4);
        Recipe whole = Synthetic.recipe(80, 4, 200 * 100, 100);
        TrainingResult stopped = new Trainer(WORKERS, whole, spoilt(truth, 73, spoil)).run(NOBODY);
        assertThat(stopped.failure()).contains(message);
        assertThat(stopped.steps()).isEqualTo(72);
        TrainingResult fifty =
                new Trainer(WORKERS, Synthetic.recipe(80, 4, 50 * 100, 100), truth.training())
                        .run(NOBODY);
        assertThat(stopped.weights().sameBits(fifty.weights())).isTrue();
    }

    @Test
    void keepsTheLastGoodWeightsWhenAnActivationIsNotANumber() {
        keepsTheWeightsOfStep50(
                "step 73 met activations that are NaN or infinite", x -> x[17] = Float.NaN);
    }

    @Test
    void keepsTheLastGoodWeightsWhenTheLossOverflows() {
        keepsTheWeightsOfStep50(
                "the loss was Infinity at step 73: the learning rate is too high, or some activations are far larger than the others",
                x -> x[17] = 1e30f);
    }

    @Test
    void keepsTheLastGoodWeightsWhenTheActivationsCannotBeReadAnyMore() {
        keepsTheWeightsOfStep50(
                "training stopped at step 73: [shard] is damaged",
                x -> {
                    throw new Sae4jException("[shard] is damaged");
                });
    }

    @Test
    void refusesActivationsThatCannotBeTrainedOn() {
        float[] zeros = new float[100 * 8];
        assertFailsToStart(zeros, "the activations are all zero: there is nothing to train on");
        float[] notANumber = new float[100 * 8];
        java.util.Arrays.fill(notANumber, 1f);
        notANumber[41] = Float.NaN;
        assertFailsToStart(notANumber, "the activations hold NaN (row ");
        float[] huge = new float[100 * 8];
        java.util.Arrays.fill(huge, 1e25f);
        assertFailsToStart(huge, "the activations are too large");
    }

    private static void assertFailsToStart(float[] rows, String message) {
        var trainer =
                new Trainer(WORKERS, Synthetic.recipe(16, 2, 200, 20), TrainingRows.of(rows, 8, 1));
        assertThatThrownBy(() -> trainer.run(NOBODY))
                .isInstanceOf(Sae4jException.class)
                .hasMessageContaining(message);
    }

    @Test
    void trainsFewerRowsThanTheFirstSampleTakes() {
        TrainingRows rows = TrainingRows.of(new float[] {1, 2, 3, 4, 5, 7}, 2, 1);
        var result = new Trainer(WORKERS, Recipes.topK(2, 4, 1, 3, 1), rows).run(NOBODY);
        assertThat(result.failure()).isNull();
        assertThat(result.steps()).isEqualTo(1);
    }
}
