package dev.sae4j.train.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.UsageException;
import dev.sae4j.testing.Gen;
import dev.sae4j.train.recipe.Span;
import dev.sae4j.train.recipe.Sparsity;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PowerAnnealTest {
    /// Three updates at steps 2, 4 and 6, means of the last two steps.
    private static final Sparsity.Anneal RULE =
            new Sparsity.Anneal(Span.ofSteps(2), Span.ofSteps(6), 0.5, 3, 2);

    private static PowerAnneal anneal(Sparsity.Anneal rule) {
        var recipe = new Sparsity.Lp(0.1, Span.NONE, 1, false, false, null, rule);
        return PowerAnneal.of(recipe, rule, 10, 1);
    }

    @Test
    void announcesTheNextExponentBeforeItTakesIt() {
        PowerAnneal a = anneal(RULE);

        a.after(0, 1, Double.NaN);
        a.after(1, 1, Double.NaN);
        assertThat(a.nextP()).isEmpty();
        a.after(2, 1, Double.NaN);

        assertThat(a.p()).isEqualTo(1);
        assertThat(a.nextP()).hasValue(0.75);
        assertThat(a.coefficient()).isEqualTo(0.1);
    }

    @Test
    void keepsTheSizeOfTheTermByTheMeansOfTheLastSteps() {
        PowerAnneal a = anneal(RULE);
        a.after(2, 1, Double.NaN);
        a.after(3, 6, 10);
        a.after(4, 8, 18);

        assertThat(a.p()).isEqualTo(0.75);
        assertThat(a.nextP()).hasValue(0.5);
        assertThat(a.coefficient()).isCloseTo(0.1 * 14 / 28, within(1e-15));

        a.after(5, 3, 4);
        a.after(6, 3, 8);

        assertThat(a.p()).isEqualTo(0.5);
        // the queue holds two steps: 3 and 3 over 4 and 8
        assertThat(a.coefficient()).isCloseTo(0.05 * 6 / 12, within(1e-15));
        a.after(7, 3, 9);
        assertThat(a.p()).isEqualTo(0.5);
    }

    @Test
    void aTermOfZeroLeavesTheCoefficient() {
        PowerAnneal a = anneal(RULE);
        a.after(2, 0, Double.NaN);
        a.after(3, 0, 0);
        a.after(4, 0, 0);

        assertThat(a.coefficient()).isEqualTo(0.1);
        assertThat(a.p()).isEqualTo(0.75);
    }

    @Test
    void resumesWithTheSameBits() {
        Gen.forAll(
                50,
                random -> {
                    var rule =
                            new Sparsity.Anneal(
                                    Span.ofSteps(random.nextInt(5)),
                                    random.nextBoolean() ? null : Span.ofSteps(8),
                                    random.nextDouble(),
                                    random.nextInt(1, 9),
                                    random.nextInt(1, 4));
                    PowerAnneal straight = anneal(rule);
                    PowerAnneal resumed = anneal(rule);
                    for (int i = 0; i < 10; i++) {
                        double now = random.nextDouble();
                        double next = random.nextDouble();
                        straight.after(i, now, next);
                        resumed.after(i, now, next);
                        PowerAnneal fresh = anneal(rule);
                        fresh.restore(resumed.state());
                        resumed = fresh;
                        assertThat(resumed.state()).isEqualTo(straight.state());
                    }
                });
    }

    @Test
    void saysWhatACheckpointLacks() {
        assertThatThrownBy(() -> anneal(RULE).restore(Map.of("adam/step", 3.0)))
                .isInstanceOf(Sae4jException.class)
                .hasMessage(
                        "the checkpoint has no number 'anneal/p', only [adam/step]: it belongs to another recipe");
    }

    @Test
    void refusesMoreUpdatesThanItHas() {
        Map<String, Double> saved = new HashMap<>(anneal(RULE).state());
        saved.put("anneal/updates_done", 4.0);

        assertThatThrownBy(() -> anneal(RULE).restore(saved))
                .isInstanceOf(Sae4jException.class)
                .hasMessage(
                        "the checkpoint's 'anneal/updates_done' is 4.0: expected a whole number from 0 to 3");
    }

    @Test
    void refusesToEndBeforeItBegins() {
        assertThatThrownBy(() ->
                        anneal(new Sparsity.Anneal(Span.ofSteps(9), Span.ofSteps(3), 0.5, 3, 2)))
                .isInstanceOf(UsageException.class)
                .hasMessage(
                        "p is annealed from step 9 to step 3 of 10: expected the end after the start");
    }

    /// `torch.linspace(1, 0.2, 7)` and `torch.linspace(3, 28, 7, dtype=torch.int64)`, torch 2.12.
    @Test
    void countsAsTorchDoes() {
        assertThat(Linspace.floats(1f, 0.2f, 7))
                .containsExactly(
                        1.0f, 0.8666667f, 0.73333335f, 0.6f, 0.4666667f, 0.33333334f, 0.2f);
        assertThat(Linspace.longs(3, 28, 7)).containsExactly(3, 7, 11, 15, 19, 23, 28);
        assertThat(Linspace.floats(1f, 0.2f, 1)).containsExactly(1f);
        assertThat(Linspace.longs(3, 28, 1)).containsExactly(3);
    }
}
