package dev.sae4j.train.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.kernel.Workers;
import dev.sae4j.testing.Gen;
import dev.sae4j.train.recipe.Optimizer;
import dev.sae4j.train.schedule.RateSchedule;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What every optimizer promises: the same bits after a resume, on any number of threads, however
/// the weights are cut.
class OptimizerStateTest {
    private static final int STEPS = 8;
    private static final int ROWS = 9;
    private static final int WIDTH = 21;

    static List<Optimizer> recipes() {
        return List.of(
                Optimizer.Adam.DEFAULT,
                new Optimizer.Adam(0, 0.999, 1e-8),
                new Optimizer.Signum(0.95),
                new Optimizer.Signum(0),
                new Optimizer.Muon(0.95, 0.1));
    }

    /// A matrix and a vector in training.
    private static final class Run {
        final Optimizer recipe;
        final Parameter matrix;
        final Parameter vector = new Parameter("b_enc", new float[ROWS], ROWS);
        OptimizerState state;

        Run(Optimizer recipe, float[] start) {
            this.recipe = recipe;
            matrix = new Parameter("W_enc", start.clone(), WIDTH);
            state = fresh();
        }

        private OptimizerState fresh() {
            return Optimizers.of(recipe, List.of(matrix, vector), RateSchedule.linear(0.01, STEPS));
        }

        /// As after writing and reading a checkpoint.
        void resume() {
            OptimizerState next = fresh();
            Map<String, float[]> saved = state.state();
            next.state()
                    .forEach((name, array) ->
                            System.arraycopy(saved.get(name), 0, array, 0, array.length));
            next.restore(state.counters());
            state = next;
        }

        /// @param cut pieces that the matrix's stretches are cut into, at random places
        void step(Workers workers, SplittableRandom gradients, double rate, int cut) {
            float[] g = Gen.gaussians(gradients, matrix.value().length);
            float[] gVector = Gen.gaussians(gradients, ROWS);
            state.begin(rate);
            if (state.needsWhole(matrix)) {
                state.updateWhole(workers, matrix, g);
            } else {
                workers.forEach(
                        cut,
                        i -> {
                            int from = g.length * i / cut;
                            int to = g.length * (i + 1) / cut;
                            state.update(matrix, from, g, from, to - from);
                        });
            }
            state.update(vector, 0, gVector, 0, ROWS);
        }

        float[] averaged() {
            float[] out = new float[matrix.value().length];
            state.averaged(matrix, out);
            return out;
        }
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void givesTheSameBitsOnAnyThreadsInAnyStretchesAndAfterAResume(Optimizer recipe) {
        try (Workers one = Workers.of(1);
                Workers four = Workers.of(4)) {
            Gen.forAll(
                    10,
                    random -> {
                        float[] start = Gen.gaussians(random, ROWS * WIDTH);
                        long seed = random.nextLong();
                        Run straight = new Run(recipe, start);
                        Run cut = new Run(recipe, start);
                        var a = new SplittableRandom(seed);
                        var b = new SplittableRandom(seed);
                        for (int i = 0; i < STEPS; i++) {
                            double rate = 0.01 * i / STEPS;
                            straight.step(one, a, rate, 1);
                            cut.step(four, b, rate, random.nextInt(1, 40));
                            if (random.nextBoolean()) {
                                cut.resume();
                            }
                            assertThat(cut.matrix.value()).isEqualTo(straight.matrix.value());
                            assertThat(cut.vector.value()).isEqualTo(straight.vector.value());
                            assertThat(cut.averaged()).isEqualTo(straight.averaged());
                            assertThat(straight.matrix.value()).doesNotContain(Float.NaN);
                        }
                        assertThat(straight.matrix.value()).isNotEqualTo(start);
                    });
        }
    }

    /// Moments go to 0, the z of an average to its weight; those of other weights stay.
    @ParameterizedTest
    @MethodSource("recipes")
    void forgetsWhatIsReset(Optimizer recipe) {
        try (Workers workers = Workers.of(1)) {
            Run run = new Run(recipe, Gen.gaussians(new SplittableRandom(1), ROWS * WIDTH));
            run.step(workers, new SplittableRandom(2), 0.01, 1);
            Map<String, float[]> before = copies(run.state.state());
            run.state.reset(run.matrix, WIDTH, WIDTH);

            run.state
                    .state()
                    .forEach((name, array) -> {
                        float[] kept = Objects.requireNonNull(before.get(name));
                        boolean matrix = name.startsWith("W_enc");
                        boolean z = name.endsWith("/z");
                        for (int i = 0; i < array.length; i++) {
                            boolean inside = matrix && i >= WIDTH && i < 2 * WIDTH;
                            float reset = z ? run.matrix.value()[i % (ROWS * WIDTH)] : 0;
                            assertThat(array[i])
                                    .as("%s[%d]", name, i)
                                    .isEqualTo(inside ? reset : kept[i]);
                        }
                    });
            assertThat(run.averaged()).hasSize(ROWS * WIDTH).doesNotContain(Float.NaN);
        }
    }

    private static Map<String, float[]> copies(Map<String, float[]> state) {
        return state.entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, e -> e.getValue().clone()));
    }

    @Test
    void keepsNoMeanThatIsTheGradientItself() {
        Run run = new Run(new Optimizer.Adam(0, 0.999, 1e-8), new float[ROWS * WIDTH]);

        assertThat(run.state.state()).containsOnlyKeys("W_enc/v", "b_enc/v");
    }

    /// The first steps of a warm-up from 0 have a rate of 0.
    @Test
    void signumAveragesNothingBeforeItMoves() {
        try (Workers workers = Workers.of(1)) {
            float[] start = Gen.gaussians(new SplittableRandom(1), ROWS * WIDTH);
            Run run = new Run(new Optimizer.Signum(0.95), start);
            run.step(workers, new SplittableRandom(2), 0, 1);

            assertThat(run.averaged()).isEqualTo(start);
            assertThat(run.matrix.value()).isEqualTo(start);
        }
    }

    @Test
    void saysWhichNumberACheckpointLacks() {
        Run run = new Run(new Optimizer.Signum(0.95), new float[ROWS * WIDTH]);

        assertThatThrownBy(() -> run.state.restore(Map.of("adam/step", 1.0)))
                .isInstanceOf(Sae4jException.class)
                .hasMessage(
                        "the checkpoint has no number 'signum/step', only [adam/step]: it belongs to another recipe");
    }

    @Test
    void refusesTwoParametersOfOneName() {
        Parameter p = new Parameter("b", new float[2], 2);

        assertThatThrownBy(() ->
                        Optimizers.of(
                                Optimizer.Adam.DEFAULT, List.of(p, p), RateSchedule.linear(1, 1)))
                .hasMessage("two parameters of one name among [b, b]");
    }
}
