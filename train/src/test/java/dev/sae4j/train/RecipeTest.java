package dev.sae4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.sae4j.io.UsageException;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class RecipeTest {
    private static Arguments refused(String message, ThrowingCallable what) {
        return Arguments.of(message, what);
    }

    static Stream<Arguments> wrong() {
        return Stream.of(
                refused(
                        "k is 9: expected 1 to 8, the number of features (d_sae)",
                        () -> Recipes.topK(4, 8, 9, 100, 1)),
                refused(
                        "k is 0: expected 1 to 8, the number of features (d_sae)",
                        () -> Recipes.topK(4, 8, 0, 100, 1)),
                refused("d_sae is 0: expected >= 1", () -> Recipes.topK(4, 0, 1, 100, 1)),
                refused(
                        "0 training rows are less than one batch of 1",
                        () -> Recipes.topK(4, 8, 2, 0, 1)),
                refused(
                        "15 training rows are less than one batch of 16",
                        () -> Synthetic.recipe(8, 2, 15, 16)),
                refused("batch is 0: expected >= 1", () -> Synthetic.recipe(8, 2, 15, 0)),
                refused(
                        "learning rate is 0.0: expected above 0 and below 10",
                        () -> new Recipe.Schedule(0, 0, 1)),
                refused(
                        "learning rate is NaN: expected above 0 and below 10",
                        () -> new Recipe.Schedule(Double.NaN, 0, 1)),
                refused(
                        "learning rate is 10.0: expected above 0 and below 10",
                        () -> new Recipe.Schedule(10, 0, 1)),
                refused(
                        "warm-up is -1: expected >= 0 steps",
                        () -> new Recipe.Schedule(1e-3, -1, 1)),
                refused(
                        "decay is 1.5: expected between 0 and 1",
                        () -> new Recipe.Schedule(1e-3, 0, 1.5)),
                refused("beta1 is 1.0: expected in [0, 1)", () -> new Recipe.Adam(1, 0.9, 1e-8)),
                refused("beta2 is -0.1: expected in [0, 1)", () -> new Recipe.Adam(0, -0.1, 1e-8)),
                refused("epsilon is 0.0: expected > 0", () -> new Recipe.Adam(0.9, 0.9, 0)),
                refused(
                        "auxiliary coefficient is -1.0: expected >= 0",
                        () -> new Recipe.AuxLoss(-1, 1, 1)),
                refused("auxiliary k is 0: expected >= 1", () -> new Recipe.AuxLoss(1, 0, 1)),
                refused("rows until dead is 0: expected >= 1", () -> new Recipe.AuxLoss(1, 1, 0)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("wrong")
    void saysWhatIsWrongAndWhatWasExpected(String message, ThrowingCallable make) {
        assertThatThrownBy(make).isInstanceOf(UsageException.class).hasMessage(message);
    }

    @Test
    void countsWholeBatchesOnly() {
        assertThat(Synthetic.recipe(8, 2, 47, 16).steps()).isEqualTo(2);
    }

    @Test
    void warmsUpStaysAndDecays() {
        var schedule = new Recipe.Schedule(2, 10, 0.5);
        assertThat(schedule.at(1, 100)).isEqualTo(0.2, within(1e-12));
        assertThat(schedule.at(9, 100)).isEqualTo(1.8, within(1e-12));
        assertThat(schedule.at(10, 100)).isEqualTo(2);
        assertThat(schedule.at(50, 100)).isEqualTo(2);
        assertThat(schedule.at(51, 100)).isEqualTo(2 * 50 / 51.0, within(1e-12));
        assertThat(schedule.at(100, 100)).isEqualTo(2 / 51.0, within(1e-12));
        for (int step = 51; step <= 100; step++) {
            assertThat(schedule.at(step, 100))
                    .as("step %d", step)
                    .isLessThan(schedule.at(step - 1, 100))
                    .isPositive();
        }
    }

    @Test
    void keepsTheRateWithoutWarmUpAndDecay() {
        var schedule = new Recipe.Schedule(2, 0, 1);
        for (int step = 1; step <= 7; step++) {
            assertThat(schedule.at(step, 7)).isEqualTo(2);
        }
    }

    @Test
    void decaysFromTheStartIfToldSo() {
        assertThat(new Recipe.Schedule(1, 0, 0).at(1, 4)).isEqualTo(0.8, within(1e-12));
        assertThat(new Recipe.Schedule(1, 0, 0).at(4, 4)).isEqualTo(0.2, within(1e-12));
    }

    @Test
    void usualRecipeFitsShortAndLongRuns() {
        Recipe one = Recipes.topK(1, 1, 1, 1, 7);
        assertThat(one.steps()).isEqualTo(1);
        assertThat(one.schedule().warmupSteps()).isZero();
        Recipe big = Recipes.topK(768, 4096, 16, 1_000_000_000, 7);
        assertThat(big.batch()).isEqualTo(1024);
        assertThat(big.schedule().learningRate()).isEqualTo(3e-3);
        assertThat(big.aux().deadAfter()).isEqualTo(10_000_000);
    }
}
