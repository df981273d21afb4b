package dev.sae4j.train.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Holds the reference to the recipes that there are.
class DocumentedRecipesTest {
    private static final Set<String> NO_PRESET_OF_A_TRAINER = Set.of("batchtopk");

    @TempDir Path folder;

    private static String page(String name) throws IOException {
        Path here = Path.of("docs");
        return Files.readString(
                (Files.exists(here) ? here : Path.of("..", "docs")).resolve("reference", name));
    }

    @Test
    void theReferenceNamesEveryPreset() throws IOException {
        String page = page("recipes.md");
        assertThat(RecipeFiles.names()).filteredOn(n -> !page.contains("`" + n + "`")).isEmpty();
    }

    @Test
    void theReferenceNamesEveryTrainer() throws IOException {
        String page = page("trainers.md");
        assertThat(RecipeFiles.names())
                .filteredOn(n -> !NO_PRESET_OF_A_TRAINER.contains(n))
                .map(n -> n.replaceFirst("(x32|search)-.*", "$1"))
                .filteredOn(n -> !page.contains("`" + n + "`"))
                .isEmpty();
    }

    @Test
    void theReferenceNamesEveryKeyAndChoice() throws IOException {
        String page = page("recipes.md");
        Set<String> names = new LinkedHashSet<>();
        collect(Recipe.class, names);
        assertThat(names).hasSizeGreaterThan(100);
        assertThat(names).filteredOn(n -> !page.contains("`" + n + "`")).isEmpty();
    }

    private static void collect(Class<?> part, Set<String> names) {
        if (part.isEnum()) {
            for (Object constant : part.getEnumConstants()) {
                names.add(Part.written(((Enum<?>) constant).name()));
            }
        } else if (!Part.kinds(part).isEmpty()) {
            names.addAll(Part.kinds(part).keySet());
            Part.kinds(part).values().forEach(kind -> collect(kind, names));
        } else if (part.isRecord() && part != Span.class) {
            for (Part.Key key : Part.keys(part).values()) {
                names.add(key.name());
                collect(key.type(), names);
            }
        }
    }

    @Test
    void theExampleIsARecipe() throws IOException {
        String page = page("recipes.md");
        int from = page.indexOf("```yaml\n") + 8;
        String yaml = page.substring(from, page.indexOf("```", from));
        Recipe recipe = RecipeFiles.read(Files.writeString(folder.resolve("my-run.yaml"), yaml));
        assertThat(recipe.name()).isEqualTo("my-run");
        assertThat(recipe.features()).isEqualTo(16384);
        assertThat(recipe.clip()).isEqualTo(1);
        assertThat(
                        RecipeFiles.with(
                                        recipe,
                                        List.of(
                                                "activation.k=32",
                                                "loss.sparsity=null",
                                                "loss.levels.widths=[128, 512]",
                                                "learning_rate.decay=20%"))
                                .activation())
                .isEqualTo(recipe.activation());
    }

    /// Defaults that the page states, as `key` and value; the file has them.
    @Test
    void theReferenceStatesTheDefaults() {
        Recipe plain =
                RecipeFiles.of(
                        "plain",
                        dev.sae4j.io.Json.STRICT.readTree(
                                """
                                {"activation": "jumprelu", "learning_rate": {"peak": 1},
                                 "loss": {"aux": {}, "levels": {"widths": [3]}}}
                                """));
        assertThat(plain.expansion()).isEqualTo(16);
        assertThat(plain.batch()).isEqualTo(4096);
        assertThat(plain.dead().after()).isEqualTo(Span.ofTokens(10_000_000));
        assertThat(plain.activation())
                .isEqualTo(
                        new Architecture.JumpRelu(
                                0.001,
                                true,
                                0.001,
                                false,
                                false,
                                Architecture.L0Window.PRE_ACTIVATION));
        assertThat(plain.loss().aux())
                .isEqualTo(
                        new AuxK(
                                1 / 32.0,
                                null,
                                AuxK.Over.RESIDUAL_VARIANCE,
                                false,
                                AuxK.Source.ACTIVATION,
                                true,
                                false));
    }
}
