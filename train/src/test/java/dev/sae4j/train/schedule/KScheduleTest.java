package dev.sae4j.train.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sae4j.train.recipe.Architecture.KDecay;
import dev.sae4j.train.recipe.Architecture.TopK;
import dev.sae4j.train.recipe.Span;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class KScheduleTest {
    private static int[] values(TopK recipe, int dIn, int features, int accumulate, int steps) {
        KSchedule k = KSchedule.of(recipe, dIn, features, steps, 8, accumulate);
        return IntStream.range(0, steps).map(k::at).toArray();
    }

    @Test
    void isConstantWithoutADecay() {
        assertThat(values(new TopK(5, null, null, false), 16, 64, 1, 3)).containsExactly(5, 5, 5);
    }

    /// From 8 to 4 over 8 batches: 8, 7.5, 7, 6.5, ... where halves go to the even neighbour.
    @Test
    void fallsOneStepLateAndRoundsHalvesToEven() {
        TopK recipe = new TopK(4, new KDecay(2, Span.ofSteps(8)), null, false);

        assertThat(values(recipe, 4, 64, 1, 11)).containsExactly(8, 8, 8, 7, 6, 6, 6, 5, 4, 4, 4);
    }

    @Test
    void countsBatchesWhenStepsAccumulate() {
        TopK recipe = new TopK(4, new KDecay(2, Span.ofTokens(64)), null, false);

        assertThat(values(recipe, 4, 64, 2, 5)).containsExactly(8, 8, 6, 6, 4);
    }

    @Test
    void neverAsksForMoreFeaturesThanThereAre() {
        TopK recipe = new TopK(4, new KDecay(1e300, Span.ofSteps(100)), null, false);

        assertThat(values(recipe, 4, 10, 1, 2)).containsExactly(10, 10);
    }
}
