package dev.sae4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sae4j.io.UsageException;
import dev.sae4j.train.engine.Parameters;
import dev.sae4j.train.recipe.Recipe;
import dev.sae4j.train.recipe.RecipeFiles;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShapesTest {
    private static Recipe recipe(String preset, String... settings) {
        return RecipeFiles.with(RecipeFiles.preset(preset), List.of(settings));
    }

    @ParameterizedTest
    @CsvSource({"topk, 9, 9", "batchtopk, 8.5, 8.5", "saelens-abstopk, 9, 9"})
    void refusesMoreFeaturesPerRowThanThereAre(String preset, String k, String said) {
        Recipe recipe = recipe(preset, "features=8", "activation.k=" + k);
        assertThatThrownBy(() -> Shapes.of(recipe, 4, 4))
                .isInstanceOf(UsageException.class)
                .hasMessage(
                        "activation.k is %s, but there are 8 features (d_sae): expected at most that"
                                .formatted(said));
    }

    @Test
    void refusesGroupsOfUnequalSize() {
        Recipe recipe = recipe("sparsify-groupmax", "features=10", "activation.k=4");
        assertThatThrownBy(() -> Shapes.of(recipe, 4, 4))
                .isInstanceOf(UsageException.class)
                .hasMessage(
                        "features is 10, which are no 4 groups of equal size: choose a multiple of k");
    }

    @Test
    void expansionMultipliesTheInput() {
        Recipe recipe = recipe("topk", "activation.k=4");
        assertThat(Shapes.of(recipe, 4, 6))
                .isEqualTo(new Parameters.Shape(4, 6, 64, false, false, false, false, false));
    }
}
