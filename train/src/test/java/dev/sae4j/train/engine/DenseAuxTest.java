package dev.sae4j.train.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sae4j.kernel.Gemm;
import dev.sae4j.kernel.PackedMatrix;
import dev.sae4j.kernel.Rows;
import dev.sae4j.kernel.Workers;
import dev.sae4j.testing.Gen;
import dev.sae4j.train.recipe.AuxK;
import dev.sae4j.train.recipe.RecipeFiles;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The dense way of the auxiliary loss against the sparse one, which adds up entry by entry.
class DenseAuxTest {
    private static final int ROWS = 70; // more than one piece of work
    private static final int D_IN = 7;
    private static final int D_OUT = 5;
    private static final int F = 60;
    private static final int K = 3;

    /// The same float32 sums of up to 70 products in another order, relative to the largest.
    private static final double ROUNDING = 1e-5;

    /// One batch, and a loss to be had in both ways.
    private static final class Case {
        final Parameters weights =
                Parameters.zeros(
                        new Parameters.Shape(D_IN, D_OUT, F, false, false, false, false, false));
        final float[] x;
        final Batch batch;
        final int[] dead;
        final boolean byNorm;
        final boolean absolute;
        final AuxK recipe;

        /// @param ties true for small integers: their sums are exact, and many are equal or zero
        Case(SplittableRandom random, boolean ties) {
            x = values(random, ROWS * D_IN, ties);
            batch = Batch.of(x, Gen.gaussians(random, ROWS * D_OUT), ROWS);
            set(weights.encoder(), values(random, F * D_IN, ties));
            set(weights.encoderBias(), values(random, F, ties));
            set(weights.decoder(), Gen.gaussians(random, F * D_OUT));
            dead = IntStream.range(0, F).filter(_ -> random.nextInt(3) == 0).limit(K * 8).toArray();
            byNorm = random.nextBoolean();
            absolute = random.nextBoolean();
            recipe =
                    new AuxK(
                            0.5,
                            K,
                            any(random, AuxK.Over.values()),
                            random.nextBoolean(),
                            any(random, AuxK.Source.values()),
                            random.nextBoolean(),
                            false);
        }

        private static float[] values(SplittableRandom random, int n, boolean ties) {
            float[] values = Gen.gaussians(random, n);
            for (int i = 0; ties && i < n; i++) {
                values[i] = Math.round(values[i]);
            }
            return values;
        }

        private static <T> T any(SplittableRandom random, T[] all) {
            return all[random.nextInt(all.length)];
        }

        private static void set(Parameter p, float[] values) {
            System.arraycopy(values, 0, p.value(), 0, values.length);
        }

        Outcome sparse(Workers workers) {
            return outcome(workers, Density.ALWAYS_SPARSE, new DeadScores(F));
        }

        Outcome dense(Workers workers, DeadScores scores) {
            return outcome(workers, Density.MEASURED, scores);
        }

        private Outcome outcome(Workers workers, Density density, DeadScores scores) {
            var main = new Reconstruction(weights, RecipeFiles.preset("topk").loss(), 1);
            var nothing = new Entries(F);
            nothing.reserve(ROWS, 0, false);
            main.begin(workers, batch, false);
            main.forward(workers, batch, nothing, false, true);
            float[] norms = weights.decoderNorms(workers, new float[F]);
            var pass = new AuxPass(recipe, weights, byNorm, absolute, density);
            assertThat(pass.isDense(dead.length)).isEqualTo(density == Density.MEASURED);
            Channel.Found found = pass.run(workers, batch, x, dead, main, 0, norms, scores);
            return Outcome.of(found, weights.shape(), x);
        }

        /// The products of some features, as the main product hands them on.
        DeadScores copied(Workers workers, int[] candidates) {
            var scores = new DeadScores(F);
            scores.begin(candidates, ROWS);
            PackedMatrix packed = PackedMatrix.allocate(F, D_IN);
            packed.pack(workers, weights.encoder().value());
            Gemm.multiplyByRows(workers, Rows.of(x, ROWS, D_IN), packed, scores);
            scores.end();
            return scores;
        }
    }

    /// A loss and the gradients by all features.
    ///
    /// @param bias `[F]`, by the encoder bias
    /// @param along `[F]`, product of decoder row and its gradient
    /// @param encoder `[F, dIn]`
    /// @param decoder `[F, dOut]`
    private record Outcome(
            double loss, float[] bias, float[] along, float[] encoder, float[] decoder) {
        static Outcome of(Channel.Found found, Parameters.Shape shape, float[] x) {
            Channel channel = Objects.requireNonNull(found.channel());
            var all =
                    new Outcome(
                            found.loss(),
                            new float[F],
                            new float[F],
                            new float[F * D_IN],
                            new float[F * D_OUT]);
            var g = new Gradient(shape);
            for (int j = 0; j < F; j++) {
                g.use(all.encoder, all.decoder, j);
                all.bias[j] = (float) channel.add(x, j, g);
                all.along[j] = (float) g.along;
            }
            return all;
        }

        void assertIs(Outcome expected) {
            assertThat(expected.loss).isPositive();
            assertThat(loss).isEqualTo(expected.loss, within(ROUNDING * expected.loss));
            assertClose("bias", bias, expected.bias);
            assertClose("along", along, expected.along);
            assertClose("encoder", encoder, expected.encoder);
            assertClose("decoder", decoder, expected.decoder);
        }

        private static void assertClose(String what, float[] found, float[] expected) {
            float largest = 0;
            for (float v : expected) {
                largest = Math.max(largest, Math.abs(v));
            }
            assertThat(found)
                    .as(what)
                    .usingComparatorWithPrecision((float) (ROUNDING * largest))
                    .containsExactly(expected);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void findsWhatTheSparseWayFinds(boolean ties) {
        try (Workers workers = Workers.of(2)) {
            Gen.forAll(
                    60,
                    random -> {
                        var c = new Case(random, ties);
                        c.dense(workers, new DeadScores(F)).assertIs(c.sparse(workers));
                    });
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void findsItWithCopiedProductsOfMoreFeaturesThanAreDead(boolean ties) {
        try (Workers workers = Workers.of(2)) {
            Gen.forAll(
                    60,
                    random -> {
                        var c = new Case(random, ties);
                        boolean[] more = new boolean[F];
                        for (int j : c.dead) {
                            more[j] = true;
                        }
                        int[] candidates =
                                IntStream.range(0, F)
                                        .filter(j -> more[j] || random.nextBoolean())
                                        .toArray();
                        DeadScores scores = c.copied(workers, candidates);
                        assertThat(scores.places(c.dead)).isNotNull();
                        c.dense(workers, scores).assertIs(c.sparse(workers));
                    });
        }
    }

    @Test
    void multipliesForItselfUnlessAllDeadFeaturesWereCopied() {
        try (Workers workers = Workers.of(2)) {
            var c = new Case(new SplittableRandom(3), false);
            int[] allButOne = IntStream.of(c.dead).skip(1).toArray();
            DeadScores some = c.copied(workers, allButOne);
            DeadScores forgotten = c.copied(workers, c.dead);
            c.x[0] += 1;
            forgotten.forget();
            c.dense(workers, some).assertIs(c.sparse(workers));
            c.dense(workers, forgotten).assertIs(c.sparse(workers));
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Density.class,
            names = {"MEASURED", "ALWAYS_SPARSE"})
    void aTakenZeroStillTrainsTheEncoderBias(Density density) {
        var shape = Parameters.Shape.of(2, 3);
        Parameters weights = Parameters.zeros(shape);
        weights.encoder().value()[2] = 1; // feature 1 looks at the first dimension, which is 0
        weights.decoder().value()[2] = 2;
        float[] x = {0, 5};
        float[] y = {3, 0};
        Batch batch = Batch.of(x, y, 1);
        var recipe = new AuxK(1, 1, AuxK.Over.ROWS, false, AuxK.Source.PRE_ACTIVATION, true, false);
        try (Workers workers = Workers.of(1)) {
            var main = new Reconstruction(weights, RecipeFiles.preset("topk").loss(), 1);
            var nothing = new Entries(3);
            nothing.reserve(1, 0, false);
            main.begin(workers, batch, false);
            main.forward(workers, batch, nothing, false, true);
            var pass = new AuxPass(recipe, weights, false, false, density);
            Channel.Found found =
                    pass.run(
                            workers,
                            batch,
                            x,
                            new int[] {1},
                            main,
                            0,
                            new float[3],
                            new DeadScores(3));
            assertThat(found.loss()).isEqualTo(9);
            var g = new Gradient(shape);
            double bias = Objects.requireNonNull(found.channel()).add(x, 1, g);
            assertThat(bias).as("2·(x^ - y)·W_dec").isEqualTo(2 * -3 * 2);
            assertThat(g.encoder).containsExactly(0, -60);
            assertThat(g.decoder).as("value 0").containsExactly(new float[2], within(1e-40f));
        }
    }
}
