package dev.sae4j.train.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sae4j.io.UsageException;
import dev.sae4j.train.recipe.Levels.Inner;
import dev.sae4j.train.recipe.Levels.Reduction;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LevelsTest {
    private static Levels widths(Integer... widths) {
        return new Levels(List.of(widths), null, null, Reduction.SUM, Inner.SQUARED);
    }

    private static Levels fractions(@Nullable List<Double> weights, Double... fractions) {
        return new Levels(null, List.of(fractions), weights, Reduction.MEAN, Inner.SQUARED);
    }

    @Test
    void endAtTheNumberOfFeaturesWhateverWasAskedFor() {
        assertThat(widths(2, 4, 8).widths(8)).containsExactly(2, 4, 8);
        assertThat(widths(2, 4).widths(8)).containsExactly(2, 4, 8);
        assertThat(widths(2, 4, 8, 16).widths(8)).containsExactly(2, 4, 8);
        assertThat(widths(16).widths(8)).containsExactly(8);
    }

    @Test
    void fractionsAreRoundedDownAndTheLastTakesTheRest() {
        assertThat(fractions(null, 0.1, 0.3, 0.6).widths(64)).containsExactly(6, 25, 64);
        assertThat(fractions(null, 1.0).widths(64)).containsExactly(64);
    }

    @Test
    void aMeanOverLevelsWeighsTwice() {
        assertThat(widths(2, 4, 8).factors(3)).containsExactly(1, 1, 1);
        assertThat(fractions(null, 0.5, 0.5).factors(2)).containsExactly(0.25, 0.25);
        assertThat(fractions(List.of(1.0, 3.0), 0.5, 0.5).factors(2)).containsExactly(0.5, 1.5);
    }

    @Test
    void saysWhatIsWrong() {
        assertRefused("level widths [4, 4, 8] do not ascend", () -> widths(4, 4, 8));
        assertRefused("level widths [0, 8] do not ascend", () -> widths(0, 8));
        assertRefused("levels have no widths", () -> widths());
        assertRefused(
                "2 levels have 1 weights: expected one each",
                () -> fractions(List.of(1.0), 0.5, 0.5));
        assertRefused(
                "levels need either 'widths' or 'fractions'",
                () -> new Levels(null, null, null, Reduction.SUM, Inner.NORM));
    }

    private static void assertRefused(String message, Runnable make) {
        assertThatThrownBy(make::run).isInstanceOf(UsageException.class).hasMessage(message);
    }
}
