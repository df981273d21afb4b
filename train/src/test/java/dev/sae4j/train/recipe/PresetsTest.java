package dev.sae4j.train.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sae4j.train.recipe.Architecture.BatchTopK;
import dev.sae4j.train.recipe.Architecture.TopK;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

class PresetsTest {
    @TempDir Path folder;

    static List<String> names() {
        return RecipeFiles.names();
    }

    @ParameterizedTest
    @MethodSource("names")
    void reads(String name) {
        Recipe recipe = RecipeFiles.preset(name);
        assertThat(recipe.name()).isEqualTo(name);
        assertThat(recipe.about()).isNotBlank();
    }

    @ParameterizedTest
    @MethodSource("names")
    void comesBackFromYaml(String name) throws IOException {
        Recipe recipe = RecipeFiles.preset(name);
        String yaml = RecipeFiles.toYaml(recipe);
        Path file = Files.writeString(folder.resolve("recipe.yaml"), yaml);
        assertThat(RecipeFiles.read(file)).as(yaml).isEqualTo(recipe);
    }

    @ParameterizedTest
    @MethodSource("names")
    void comesBackFromJson(String name) {
        Recipe recipe = RecipeFiles.preset(name);
        String json = dev.sae4j.io.Json.PRETTY.writeValueAsString(RecipeFiles.toMap(recipe));
        JsonNode tree = dev.sae4j.io.Json.STRICT.readTree(json);
        assertThat(RecipeFiles.of("cfg.json", tree)).isEqualTo(recipe);
    }

    @Test
    void aPresetThatIsLikeAnotherHasWhatThatOneSays() {
        Recipe recipe = RecipeFiles.preset("matryoshka-snap");
        assertThat(recipe.features()).isEqualTo(32768);
        assertThat(recipe.expansion()).isNull();
        assertThat(((BatchTopK) recipe.activation()).k()).isEqualTo(40);
        var levels = Objects.requireNonNull(recipe.loss().levels());
        assertThat(levels.inner()).isEqualTo(Levels.Inner.NORM);
        assertThat(levels.widths(32768)).containsExactly(128, 512, 2048, 8192, 32768);
        assertThat(recipe.tokens()).isEqualTo(750_000_000);
        assertThat(recipe.clip()).isEqualTo(1);
        assertThat(recipe.loss().aux())
                .isEqualTo(
                        new AuxK(
                                1,
                                null,
                                AuxK.Over.ROWS,
                                true,
                                AuxK.Source.PRE_ACTIVATION,
                                true,
                                false));
    }

    @Test
    void gemmaDecaysFromTheStepThatItsReleaseStates() {
        Recipe recipe = RecipeFiles.preset("gemma-3-27b");
        long steps = Objects.requireNonNull(recipe.tokens()) / recipe.batch();
        assertThat(steps).isEqualTo(244_140);
        assertThat(steps - recipe.learningRate().decay().steps(steps, recipe.batch()))
                .isEqualTo(195_312);
        assertThat(recipe.learningRate().peak()).isEqualTo(5e-5);
        assertThat(recipe.learningRate().scaledByWidth()).isFalse();
    }

    @Test
    void baguettotronHasTheStepsOfItsRelease() {
        Recipe recipe = RecipeFiles.preset("baguettotron");
        assertThat(Objects.requireNonNull(recipe.tokens()) / recipe.batch()).isEqualTo(94_554);
        assertThat(((TopK) recipe.activation()).k()).isEqualTo(16);
    }

    @Test
    void ownTopKIsWhatTheReferenceSays() {
        Recipe recipe = RecipeFiles.preset("topk");
        assertThat(recipe.learningRate().warmup().steps(300, 1024)).isEqualTo(30);
        assertThat(recipe.learningRate().warmup().steps(5000, 1024)).isEqualTo(100);
        assertThat(recipe.dead().after().tokens(1000, 1024)).isEqualTo(102_400);
        assertThat(recipe.dead().after().tokens(1_000_000, 1024)).isEqualTo(10_000_000);
        assertThat(recipe.learningRate().peak() * Math.sqrt(16384.0 / 4096)).isEqualTo(3e-3);
    }

    /// The files are found by name, so one that is not named is never seen.
    @Test
    void everyFileHasAName() throws IOException {
        Path files = Path.of("src/main/resources/dev/sae4j/train/recipe");
        Path here = Files.exists(files) ? files : Path.of("train").resolve(files);
        try (var list = Files.list(here)) {
            assertThat(list.map(f -> f.getFileName().toString().replace(".yaml", "")))
                    .containsExactlyInAnyOrderElementsOf(
                            java.util.stream.Stream.concat(
                                            names().stream(),
                                            java.util.stream.Stream.of("defaults"))
                                    .toList());
        }
    }
}
