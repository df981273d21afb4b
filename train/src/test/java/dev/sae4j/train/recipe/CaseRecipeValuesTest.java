package dev.sae4j.train.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sae4j.io.Json;
import dev.sae4j.testing.Fixtures;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// What single recorded runs come out as.
class CaseRecipeValuesTest {
    private static Recipe recipe(String name) {
        return CaseRecipes.of(
                Json.readObject(Fixtures.root().resolve("training", name, "case.json")));
    }

    @Test
    void aLibrarysOwnRateFollowsTheWidth() {
        LearningRate rate = recipe("dl_batchtopk").learningRate();
        assertThat(rate.peak() * Math.sqrt(16384.0 / 64)).isEqualTo(0.0032);
        assertThat(rate.scaledByWidth()).isTrue();
        assertThat(rate.warmup().steps(200, 64)).isEqualTo(20);
        assertThat(rate.decay().steps(200, 64)).isEqualTo(40);
    }

    @Test
    void levelsAreThoseOfTheRun() {
        assertThat(Objects.requireNonNull(recipe("saelens_matryoshka").loss().levels()).widths(64))
                .containsExactly(8, 16, 32, 64);
        Levels weighted = Objects.requireNonNull(recipe("dl_matryoshka_weights").loss().levels());
        assertThat(weighted.widths(64)).containsExactly(6, 25, 64);
        assertThat(weighted.factors(3)).containsExactly(0.5 / 3, 1.0 / 3, 2.0 / 3);
        Levels even = Objects.requireNonNull(recipe("dl_matryoshka").loss().levels());
        assertThat(even.factors(4)).containsOnly(1 / 16.0);
        assertThat(
                        Objects.requireNonNull(recipe("seed003_matryoshka_snap").loss().levels())
                                .inner())
                .isEqualTo(Levels.Inner.NORM);
    }

    @Test
    void thresholdsAndTargetsAreThoseOfTheRun() {
        var batchTopK =
                (Architecture.BatchTopK) recipe("saelens_batchtopk_fractional_k").activation();
        assertThat(batchTopK.k()).isEqualTo(2.3);
        assertThat(batchTopK.threshold())
                .isEqualTo(
                        new Architecture.ThresholdEma(
                                0.95, Span.NONE, Architecture.ThresholdEma.First.ZERO));
        var jump = (Architecture.JumpRelu) recipe("saelens_jumprelu_tanh_ste").activation();
        assertThat(jump.trainsInput()).isTrue();
        assertThat(jump.clamped()).isTrue();
        assertThat(jump.bandwidth()).isEqualTo(2);
        assertThat(recipe("saelens_jumprelu_tanh").loss().preActCoefficient()).isEqualTo(0.003);
        assertThat(recipe("saelens_jumprelu_tanh").input()).isEqualTo(InputScale.NONE);
        assertThat(recipe("saelens_jumprelu_quadratic").loss().sparsity())
                .isEqualTo(
                        new Sparsity.TargetL0(0.1, Span.ofSteps(30), 6, Sparsity.TargetL0.Of.ROWS));
        assertThat(recipe("dl_jumprelu").loss().sparsity())
                .isEqualTo(
                        new Sparsity.TargetL0(1, Span.ofSteps(40), 8, Sparsity.TargetL0.Of.BATCH));
        var fixed = (Architecture.JumpRelu) recipe("seed001_jumprelu").activation();
        assertThat(fixed.learned()).isFalse();
        assertThat(fixed.threshold()).isEqualTo(0.5);
    }

    @Test
    void oddSettingsAreCarriedOver() {
        assertThat(recipe("saelens_standard_cosine").start().decoderNorm()).isNull();
        assertThat(recipe("saelens_standard_cosine").inputBias()).isEqualTo(Recipe.InputBias.NONE);
        assertThat(recipe("saelens_topk_whitening").input())
                .isEqualTo(new InputScale(InputScale.Type.WHITENING, 10, true));
        assertThat(recipe("dl_batchtopk_normalised").input())
                .isEqualTo(new InputScale(InputScale.Type.UNIT_MEAN_SQUARE, 101, false));
        assertThat(recipe("dl_standard_resample").loss().resample())
                .isEqualTo(new Loss.Resample(Span.ofSteps(40)));
        assertThat(recipe("sparsify_accumulation").accumulate()).isEqualTo(2);
        assertThat(recipe("sparsify_accumulation").split()).isEqualTo(2);
        assertThat(((Architecture.TopK) recipe("sparsify_k_decay").activation()).decay())
                .isEqualTo(new Architecture.KDecay(10, Span.ofSteps(100)));
        assertThat(recipe("sparsify_topk_adam_plain").decoderNorm()).isEqualTo(DecoderNorm.FREE);
        assertThat(recipe("sparsify_topk_signum").optimizer())
                .isEqualTo(new Optimizer.Signum(0.95));
        var penalty = (Sparsity.Lp) recipe("dl_p_anneal_lp").loss().sparsity();
        assertThat(Objects.requireNonNull(penalty).root()).isTrue();
        assertThat(penalty.anneal())
                .isEqualTo(new Sparsity.Anneal(Span.ofSteps(40), Span.ofSteps(100), 0.7, 5, 10));
        var steered = (Sparsity.Lp) recipe("seed002_l1_adaptive").loss().sparsity();
        assertThat(Objects.requireNonNull(steered).adaptive())
                .isEqualTo(new Sparsity.Adaptive(8, 0.9, 0.03, 1e-6, 1));
    }
}
