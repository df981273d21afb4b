package dev.sae4j.train.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sae4j.testing.Fixtures;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

@Tag("fixtures-training")
class CaseRecipesTest {
    @TestFactory
    Stream<DynamicTest> everyRecordedRunHasARecipe() {
        return Fixtures.manifests("case.json", CaseRecipes::isTraining).stream()
                .map(m ->
                        DynamicTest.dynamicTest(
                                m.json().get("case").asString(), () -> fits(m.json())));
    }

    private static void fits(JsonNode run) {
        Recipe recipe = CaseRecipes.of(run);
        assertThat(recipe.features()).isEqualTo(run.at("/dims/d_sae").intValue());
        assertThat(recipe.batch()).isEqualTo(run.at("/dims/batch").intValue());
        if (recipe.epochs() == null) {
            long steps = Objects.requireNonNull(recipe.tokens()) / recipe.rowsPerStep();
            assertThat(steps).isEqualTo(run.get("n_steps").longValue());
        }
        if (recipe.optimizer() instanceof Optimizer.Adam adam) {
            JsonNode given = run.get("hyper_parameters");
            JsonNode betas =
                    Stream.of("/optimizer/betas", "/adam/betas")
                            .map(given::at)
                            .filter(JsonNode::isArray)
                            .findFirst()
                            .orElse(null);
            if (betas != null) {
                assertThat(List.of(adam.beta1(), adam.beta2()))
                        .containsExactly(betas.get(0).doubleValue(), betas.get(1).doubleValue());
            }
        }
        JsonNode clip = run.at("/hyper_parameters/clip_total_norm");
        if (!clip.isMissingNode()) {
            assertThat(recipe.clip()).isEqualTo(clip.isNull() ? null : clip.doubleValue());
        }
    }
}
