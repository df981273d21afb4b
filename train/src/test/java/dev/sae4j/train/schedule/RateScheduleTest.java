package dev.sae4j.train.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.sae4j.io.UsageException;
import dev.sae4j.testing.Gen;
import dev.sae4j.train.recipe.LearningRate;
import dev.sae4j.train.recipe.LearningRate.Shape;
import dev.sae4j.train.recipe.LearningRate.WarmupFrom;
import dev.sae4j.train.recipe.Span;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RateScheduleTest {
    /// One rounding of a float64.
    private static final double ROUNDING = 1e-15;

    @Test
    void wideSaesLearnSlower() {
        LearningRate scaled =
                new LearningRate(
                        2e-4,
                        true,
                        Span.NONE,
                        WarmupFrom.ZERO,
                        Shape.CONSTANT,
                        0,
                        1,
                        Span.NONE,
                        null);

        assertThat(RateSchedule.of(scaled, 65536, 10, 1, 10, 10).at(3))
                .isCloseTo(1e-4, within(ROUNDING));
    }

    @Test
    void aDecayOfTheWholeRunBeginsAfterTheWarmup() {
        RateSchedule s = schedule(Span.ofSteps(4), Shape.CONSTANT, Span.ofPerCent(100), null, 10);

        assertThat(s.at(3)).isCloseTo(0.75, within(ROUNDING));
        assertThat(s.at(4)).isEqualTo(1);
        assertThat(s.at(7)).isCloseTo(0.5, within(ROUNDING));
        assertThat(s.at(10)).isZero();
        assertThat(s.at(11)).isZero();
    }

    @Test
    void aWarmupLongerThanTheRunJustDoesNotEnd() {
        RateSchedule s = schedule(Span.ofSteps(100), Shape.COSINE, Span.ofSteps(5), null, 10);

        assertThat(s.at(9)).isCloseTo(0.09, within(ROUNDING));
    }

    @Test
    void aCosineOverEpochsStaysWithinAnEpoch() {
        LearningRate recipe =
                new LearningRate(
                        1,
                        false,
                        Span.NONE,
                        WarmupFrom.ZERO,
                        Shape.COSINE_EPOCHS,
                        0,
                        1,
                        Span.NONE,
                        null);
        RateSchedule s = RateSchedule.of(recipe, 1, 6, 1, 3, 6);

        assertThat(s.at(2)).isEqualTo(1);
        assertThat(s.at(3)).isCloseTo(0.5, within(ROUNDING));
        assertThat(s.at(5)).isEqualTo(s.at(3));
    }

    @Test
    void refusesARestartWithADecay() {
        assertThatThrownBy(() ->
                        schedule(Span.NONE, Shape.CONSTANT, Span.ofSteps(5), Span.ofSteps(5), 10))
                .isInstanceOf(UsageException.class)
                .hasMessage(
                        "a learning rate with 'restart' has shape CONSTANT and a decay of 5: expected CONSTANT and none");
    }

    @Test
    void refusesARestartAtEveryMoment() {
        assertThatThrownBy(
                        () -> schedule(Span.NONE, Shape.CONSTANT, Span.NONE, Span.ofPerCent(1), 10))
                .isInstanceOf(UsageException.class)
                .hasMessage(
                        "the learning rate restarts every 1%, which is no step of 10: expected at least 1 step");
    }

    /// Whatever the spans, a rate is between 0 and the peak, before, in and after the run.
    @Test
    void staysBetweenZeroAndThePeak() {
        Gen.forAll(
                500,
                random -> {
                    long steps = random.nextLong(0, 50);
                    Shape shape = any(random, List.of(Shape.values()));
                    LearningRate recipe =
                            new LearningRate(
                                    1,
                                    false,
                                    span(random),
                                    any(random, List.of(WarmupFrom.values())),
                                    shape,
                                    random.nextDouble(),
                                    random.nextInt(1, 100),
                                    span(random),
                                    null);
                    RateSchedule s =
                            RateSchedule.of(
                                    recipe,
                                    1,
                                    steps,
                                    random.nextInt(1, 4096),
                                    random.nextLong(0, 60),
                                    steps * random.nextLong(1, 3));
                    for (long i = 0; i < steps + 5; i++) {
                        assertThat(s.at(i)).as("%s at %d", recipe, i).isBetween(0.0, 1.0);
                    }
                });
    }

    private static <T> T any(SplittableRandom random, List<T> values) {
        return values.get(random.nextInt(values.size()));
    }

    private static Span span(SplittableRandom random) {
        double[] amounts = {0, 0.3, 1, 7, 49, 51, 1e18};
        double amount = amounts[random.nextInt(amounts.length)];
        return switch (random.nextInt(3)) {
            case 0 -> new Span(amount, Span.Unit.STEPS);
            case 1 -> new Span(amount, Span.Unit.TOKENS);
            default -> Span.ofPerCent(Math.min(100, amount));
        };
    }

    private static RateSchedule schedule(
            Span warmup, Shape shape, Span decay, @Nullable Span restart, long steps) {
        LearningRate recipe =
                new LearningRate(1, false, warmup, WarmupFrom.ZERO, shape, 0.1, 1, decay, restart);
        return RateSchedule.of(recipe, 1, steps, 1, steps, steps);
    }
}
