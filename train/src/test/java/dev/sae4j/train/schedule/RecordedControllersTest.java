package dev.sae4j.train.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sae4j.io.Safetensors;
import dev.sae4j.testing.Fixtures;
import dev.sae4j.testing.Fixtures.Manifest;
import dev.sae4j.train.recipe.Architecture.KDecay;
import dev.sae4j.train.recipe.Architecture.TopK;
import dev.sae4j.train.recipe.Span;
import dev.sae4j.train.recipe.Sparsity;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

/// What steers a training run by what happens in it, fed with what happened in recorded runs.
@Tag("fixtures-training")
class RecordedControllersTest {
    /// The controller runs in float64 on both sides; only `exp` may differ in its last bit, 200
    /// times.
    private static final double TOLERANCE = 1e-12;

    /// The recorded coefficient is multiplied by a ratio of float32 means at each update.
    private static final double FLOAT_RATIOS = 1e-6;

    /// sparsify starts the decay of k at ten features for each dimension.
    private static final double SPARSIFY_WIDTHS = 10;

    @TestFactory
    Stream<DynamicTest> adaptiveCoefficients() {
        return each(c -> settings(c).path("adaptive").isObject(), this::adaptive);
    }

    private void adaptive(Manifest m) {
        JsonNode rule = settings(m.json()).path("adaptive");
        var controller =
                AdaptiveCoefficient.of(
                        settings(m.json()).path("coefficient").asDouble(),
                        new Sparsity.Adaptive(
                                rule.path("target").asDouble(),
                                rule.path("decay").asDouble(),
                                rule.path("gain").asDouble(),
                                rule.path("low").asDouble(),
                                rule.path("high").asDouble()));
        double[] l0 = series(m, "l0");
        double[] coefficients = series(m, "coefficient");
        double[] means = series(m, "l0_ema");
        for (int i = 0; i < l0.length; i++) {
            assertThat(controller.value())
                    .as("coefficient at step %d", i)
                    .isCloseTo(coefficients[i], within(TOLERANCE * coefficients[i]));
            controller.after(l0[i]);
            assertThat(controller.mean())
                    .as("mean L0 after step %d", i)
                    .isCloseTo(means[i], within(TOLERANCE * means[i]));
        }
    }

    @TestFactory
    Stream<DynamicTest> decaysOfK() {
        return each(c -> settings(c).path("train").has("k_decay_steps"), this::decayOfK);
    }

    private void decayOfK(Manifest m) {
        JsonNode train = settings(m.json()).path("train");
        JsonNode dims = m.json().path("dims");
        long over = train.path("k_decay_steps").asLong();
        TopK recipe =
                new TopK(
                        settings(m.json()).path("sae").path("k").asInt(),
                        new KDecay(SPARSIFY_WIDTHS, Span.ofSteps(over)),
                        null,
                        false);
        KSchedule k =
                KSchedule.of(
                        recipe,
                        dims.path("d_in").asInt(),
                        dims.path("d_sae").asInt(),
                        m.json().path("n_steps").asLong(),
                        dims.path("batch").asInt(),
                        train.path("grad_acc_steps").asInt());
        double[] recorded = series(m, "k");
        for (int i = 0; i < recorded.length; i++) {
            assertThat(k.at(i)).as("k at step %d", i).isEqualTo((int) recorded[i]);
        }
    }

    /// The term with the next exponent is not recorded: it is given such that the coefficient comes
    /// out as recorded, and the test is of when it changes, and of the exponents' bits.
    @TestFactory
    Stream<DynamicTest> annealedExponents() {
        return each(c -> settings(c).path("arguments").has("anneal_start"), this::annealed);
    }

    private void annealed(Manifest m) {
        JsonNode a = settings(m.json()).path("arguments");
        JsonNode end = a.path("anneal_end");
        var rule =
                new Sparsity.Anneal(
                        Span.ofSteps(a.path("anneal_start").asLong()),
                        end.isNumber() ? Span.ofSteps(end.asLong()) : null,
                        a.path("p_end").asDouble(),
                        a.path("n_sparsity_updates").asInt(),
                        a.path("sparsity_queue_length").asInt());
        var recipe =
                new Sparsity.Lp(
                        a.path("initial_sparsity_penalty").asDouble(),
                        Span.ofSteps(a.path("sparsity_warmup_steps").asLong()),
                        a.path("p_start").asDouble(),
                        a.path("sparsity_function").asString().equals("Lp"),
                        false,
                        null,
                        rule);
        double[] p = series(m, "p");
        double[] coefficient = series(m, "coefficient");
        double[] term = series(m, "lp_loss");
        PowerAnneal anneal = PowerAnneal.of(recipe, rule, p.length, 1);
        CoefficientSchedule warmup = CoefficientSchedule.of(recipe, p.length, 1);
        for (int i = 0; i < p.length; i++) {
            assertThat(anneal.p()).as("p at step %d", i).isEqualTo(p[i]);
            assertThat(anneal.coefficient() * warmup.factor(i))
                    .as("coefficient at step %d", i)
                    .isCloseTo(coefficient[i], within(FLOAT_RATIOS * coefficient[i]));
            anneal.after(i, term[i], termWithNext(term[i], p, coefficient, i));
        }
    }

    /// The ratio by which the coefficient changes after the last step with the exponent of step `i`.
    private static double termWithNext(double term, double[] p, double[] coefficient, int i) {
        int last = i;
        while (last + 1 < p.length && p[last + 1] == p[i]) {
            last++;
        }
        return last + 1 == p.length ? term : term * coefficient[last] / coefficient[last + 1];
    }

    private static Stream<DynamicTest> each(Predicate<JsonNode> wanted, Consumer<Manifest> test) {
        return Fixtures.manifests("case.json", wanted).stream()
                .map(m ->
                        DynamicTest.dynamicTest(
                                m.json().path("case").asString(), () -> test.accept(m)));
    }

    private static JsonNode settings(JsonNode recorded) {
        return recorded.path("hyper_parameters");
    }

    private static double[] series(Manifest m, String name) {
        try (Safetensors steps = Safetensors.open(m.folder().resolve("steps.safetensors"))) {
            return Objects.requireNonNull(steps.tensors().get(name), name).toDoubles();
        }
    }
}
