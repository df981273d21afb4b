package dev.sae4j.train.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sae4j.train.recipe.Dead;
import dev.sae4j.train.recipe.Dead.Fired;
import dev.sae4j.train.recipe.Dead.When;
import dev.sae4j.train.recipe.Span;
import org.junit.jupiter.api.Test;

class DeadFeaturesTest {
    private static DeadFeatures features(Span after, When when) {
        return new DeadFeatures(3, new Dead(after, when, Fired.ACTIVE), 100, 10);
    }

    /// One step of 10 rows in which only some features fire.
    private static int step(DeadFeatures dead, int... fired) {
        dead.begin();
        for (int j : fired) {
            dead.fired()[j] = true;
        }
        dead.forward(10);
        int count = dead.count();
        dead.end(10);
        return count;
    }

    @Test
    void beforeTheStepAFeatureIsDeadWhenSilentForLonger() {
        DeadFeatures dead = features(Span.ofSteps(2), When.BEFORE_STEP);
        assertThat(step(dead, 0)).isZero();
        assertThat(step(dead, 0)).isZero();
        assertThat(step(dead, 0)).as("2 steps are not more than 2").isZero();
        assertThat(step(dead, 0, 1)).as("features 1 and 2, though 1 fires now").isEqualTo(2);
        assertThat(step(dead, 0)).isEqualTo(1);
        assertThat(dead.list(0, 3)).containsExactly(2);
        assertThat(dead.list(0, 2)).isEmpty();
        assertThat(dead.silent()).containsExactly(0, 1, 5);
    }

    @Test
    void afterTheStepItIsDeadWhenSilentForAsLongWithThisStepCountedIn() {
        DeadFeatures dead = features(Span.ofTokens(20), When.AFTER_STEP);
        assertThat(step(dead, 0)).isZero();
        assertThat(step(dead, 0)).as("20 tokens are 20").isEqualTo(2);
        assertThat(step(dead, 0, 1)).as("who fires now is alive").isEqualTo(1);
        assertThat(dead.silent()).containsExactly(0, 0, 30);
        assertThat(dead.countsSteps()).isFalse();
    }

    @Test
    void shareOfTheRunIsCountedInTokens() {
        DeadFeatures dead = features(Span.ofPerCent(2), When.AFTER_STEP); // 20 of 1000 tokens
        assertThat(step(dead, 0)).isZero();
        assertThat(step(dead, 0)).isEqualTo(2);
    }

    @Test
    void forgetsWhatFiredWhenAStepBegins() {
        DeadFeatures dead = features(Span.ofSteps(2), When.BEFORE_STEP);
        step(dead, 1);
        dead.activeRows()[1] = 4;
        dead.begin();
        assertThat(dead.fired()).containsOnly(false);
        assertThat(dead.activeRows()).containsOnly(0);
    }
}
