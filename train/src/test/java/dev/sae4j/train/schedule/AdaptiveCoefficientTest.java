package dev.sae4j.train.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sae4j.testing.Gen;
import dev.sae4j.train.recipe.Sparsity.Adaptive;
import org.junit.jupiter.api.Test;

class AdaptiveCoefficientTest {
    private static final Adaptive RULE = new Adaptive(8, 0.9, 0.5, 1e-3, 1);

    @Test
    void risesWhileTooManyFeaturesFireAndStaysWithinItsBounds() {
        AdaptiveCoefficient c = AdaptiveCoefficient.of(0.5, RULE);
        c.after(100);
        assertThat(c.value()).isGreaterThan(0.5);
        for (int i = 0; i < 50; i++) {
            c.after(100);
        }
        assertThat(c.value()).isEqualTo(1);
        for (int i = 0; i < 200; i++) {
            c.after(0);
        }
        assertThat(c.value()).isEqualTo(1e-3);
    }

    @Test
    void resumesWithTheSameBits() {
        Gen.forAll(
                20,
                random -> {
                    AdaptiveCoefficient straight = AdaptiveCoefficient.of(0.01, RULE);
                    AdaptiveCoefficient resumed = AdaptiveCoefficient.of(0.01, RULE);
                    for (int i = 0; i < 10; i++) {
                        AdaptiveCoefficient fresh = AdaptiveCoefficient.of(0.7, RULE);
                        fresh.restore(resumed.state());
                        resumed = fresh;
                        double l0 = random.nextDouble(20);
                        straight.after(l0);
                        resumed.after(l0);
                        assertThat(resumed.state()).isEqualTo(straight.state());
                    }
                });
    }
}
