package dev.sae4j.train.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sae4j.io.UsageException;
import dev.sae4j.train.recipe.Architecture;
import dev.sae4j.train.recipe.RecipeFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SweepFilesTest {
    @TempDir Path dir;

    private Sweep read(String text) throws IOException {
        return SweepFiles.read(Files.writeString(dir.resolve("grid.yaml"), text), List.of());
    }

    private static List<String> names(Sweep sweep) {
        return sweep.cells().stream().map(SweepCell::name).toList();
    }

    private void refuses(String text, String... parts) {
        assertThatThrownBy(() -> read(text))
                .isInstanceOf(UsageException.class)
                .hasMessageContainingAll(parts)
                .hasMessageStartingWith("[grid.yaml");
    }

    @Test
    void thePresetIsTheGridOfTheRelease() {
        Sweep sweep = SweepFiles.open("grid-search", List.of());
        assertThat(sweep.cells()).hasSize(24);
        assertThat(names(sweep))
                .startsWith("batchtopk-x4-k64", "batchtopk-x8-k64", "batchtopk-x16-k64")
                .contains("topk-x8-k220", "jumprelu-x4-t0.5")
                .endsWith("jumprelu-x4-t0.5", "jumprelu-x8-t0.5", "jumprelu-x16-t0.5");
        assertThat(sweep.cells())
                .allSatisfy(cell -> {
                    assertThat(cell.recipe().name()).isEqualTo(cell.name());
                    assertThat(cell.recipe().bestOnValidation()).isTrue();
                    assertThat(cell.recipe().epochs()).isEqualTo(10);
                });
        assertThat(sweep.varying())
                .containsOnlyKeys(
                        "expansion", "activation.type", "activation.k", "activation.threshold");
    }

    @Test
    void aGridIsAllCombinationsAndTheLastKeyChangesFastest() throws IOException {
        Sweep sweep =
                read(
                        """
                        recipe: topk
                        set: {features: 32, batch: 64}
                        grid:
                          activation.k: [2, 4]
                          learning_rate.peak: [1e-3, 3e-4, 1e-4]
                        """);
        assertThat(names(sweep))
                .containsExactly(
                        "topk-f32-k2-peak0.001",
                        "topk-f32-k2-peak3e-4",
                        "topk-f32-k2-peak1e-4",
                        "topk-f32-k4-peak0.001",
                        "topk-f32-k4-peak3e-4",
                        "topk-f32-k4-peak1e-4");
        assertThat(sweep.cells())
                .allSatisfy(cell -> assertThat(cell.recipe().batch()).isEqualTo(64));
    }

    @Test
    void everyCellIsTrainedWithEachCombinationOfTheGrid() throws IOException {
        Sweep sweep =
                read(
                        """
                        recipe: grid-search
                        set: {learning_rate: {peak: 1e-3}, activation.k: 9}
                        grid: {expansion: [2, 4]}
                        cells:
                          - {activation: {type: topk}}
                          - {recipe: grid-search-jumprelu, activation: {threshold: 0.1}, seed: 7, \
                        learning_rate: {shape: constant}, activation.type: jumprelu}
                        """
                                .replace(", activation.k: 9", ""));
        assertThat(names(sweep))
                .containsExactly(
                        "topk-x2-k220", "topk-x4-k220", "jumprelu-x2-t0.1", "jumprelu-x4-t0.1");
        assertThat(sweep.cells().getFirst().recipe().activation())
                .isInstanceOf(Architecture.TopK.class);
        assertThat(sweep.cells().getLast().recipe().learningRate().peak())
                .as("set by 'set', beside what the cell sets")
                .isEqualTo(1e-3);
        assertThat(sweep.cells().getLast().recipe().seed()).isEqualTo(7);
    }

    @Test
    void aCellOverridesWhatIsSetForAll() throws IOException {
        Sweep sweep =
                read(
                        "{recipe: topk, set: {features: 32, activation.k: 3}, cells: [{activation: {k: 5}}, {seed: 1}]}");
        assertThat(names(sweep)).containsExactly("topk-f32-k5-seed42", "topk-f32-k3-seed1");
    }

    @Test
    void settingsGoOverTheFilesButNotOverCellsAndGrid() throws IOException {
        Path file =
                Files.writeString(
                        dir.resolve("grid.yaml"),
                        "{recipe: topk, set: {features: 32, batch: 9}, grid: {activation.k: [1, 2]}}");
        Sweep sweep = SweepFiles.read(file, List.of("batch=16", "activation.k=5", "seed=3"));
        assertThat(names(sweep)).containsExactly("topk-f32-k1", "topk-f32-k2");
        assertThat(sweep.cells())
                .allSatisfy(cell -> {
                    assertThat(cell.recipe().batch()).isEqualTo(16);
                    assertThat(cell.recipe().seed()).isEqualTo(3);
                });
        assertThatThrownBy(() -> SweepFiles.read(file, List.of("batch")))
                .isInstanceOf(UsageException.class)
                .hasMessage("[--set batch] expected key=value, such as learning_rate.peak=1e-4");
        assertThatThrownBy(() -> SweepFiles.read(file, List.of("batch=[1")))
                .isInstanceOf(UsageException.class)
                .hasMessageStartingWith("[--set] is not YAML");
    }

    @Test
    void cellsAreNamedAfterAllThatTellsThemApart() throws IOException {
        Sweep sweep =
                read(
                        """
                        recipe: saelens-standard
                        set: {features: 16}
                        grid:
                          loss.sparsity.warmup: [0, 10%]
                          learning_rate.warmup: [0, 5%]
                        """);
        assertThat(names(sweep))
                .doesNotHaveDuplicates()
                .allMatch(name -> name.matches("[a-z0-9.+_-]+"))
                .allMatch(name -> name.contains("loss.sparsity.warmup"));
    }

    @Test
    void namesOfManyLongValuesAreCut() throws IOException {
        Sweep sweep =
                read(
                        """
                        recipe: matryoshka
                        set: {features: 64}
                        grid:
                          loss.levels: [{widths: [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,\
                        21,22,23,24,25,26,27,28,29,30,31,32,33,34,35,36,37,64]}, {widths: [1,2,3,4,5,6,7,8,9,\
                        10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31,32,33,34,35,36,38,64]}]
                        """);
        assertThat(names(sweep)).doesNotHaveDuplicates().allMatch(name -> name.length() <= 100);
    }

    @Test
    void recipeFilesLieBesideTheSweepFile() throws IOException {
        Files.writeString(dir.resolve("mine.yaml"), "{like: topk, features: 24}");
        assertThat(names(read("{recipe: mine.yaml, grid: {activation.k: [1, 2]}}")))
                .containsExactly("topk-f24-k1", "topk-f24-k2");
    }

    @Test
    void validationHasDefaults() throws IOException {
        String grid = "{recipe: topk, set: {features: 8}, grid: {seed: [1, 2]}";
        assertThat(read(grid + "}").validation()).isEqualTo(Sweep.HeldOut.USUAL);
        assertThat(read(grid + ", validation: {one_in: 4, rows: 99}}").validation())
                .isEqualTo(new Sweep.HeldOut(4, 99));
        refuses(
                grid + ", validation: {one_in: 1}}",
                "'validation.one_in' is 1: expected a whole number from 2");
        refuses(
                grid + ", validation: {row: 1}}",
                "'validation.row' is not known (did you mean 'rows'?): 'validation' has the keys one_in, rows");
    }

    @Test
    void refusesKeysThatNobodyKnows() {
        refuses(
                "{recipe: topk, gird: {seed: [1]}}",
                "'gird' is not known (did you mean 'grid'?): a sweep has the keys about, recipe, set, grid, cells, validation");
        refuses(
                "{recipe: topk, grid: {activation.kk: [1]}}",
                "[grid.yaml] 'activation.kk' is not known: 'activation' has the keys k, ");
        refuses(
                "{recipe: topk, cells: [{seed: 1}, {learning_rat: 3}]}",
                "[grid.yaml: cells[1]] 'learning_rat' is not known (did you mean 'learning_rate'?)");
    }

    @Test
    void refusesWhatIsNoGrid() {
        refuses("{grid: {seed: [1]}}", "'recipe' is missing: expected a preset or a recipe file");
        refuses("{recipe: topk}", "there is neither 'grid' nor 'cells'");
        refuses(
                "{recipe: topkk, grid: {seed: [1]}}",
                "'recipe': recipe 'topkk' is not known (did you mean 'topk'?)");
        refuses(
                "{recipe: topk, cells: [{recipe: batchtop}]}",
                "'cells[0].recipe': recipe 'batchtop' is not known (did you mean 'batchtopk'?)");
        refuses(
                "{recipe: topk, grid: {seed: 1}}",
                "'grid.seed' is 1: expected a list of values, such as [4, 8, 16]");
        refuses("{recipe: topk, grid: {seed: []}}", "'grid.seed' is []: expected a list");
        refuses("{recipe: topk, grid: [1]}", "'grid' is [1]: expected a mapping");
        refuses("{recipe: topk, cells: 3}", "'cells' is 3: expected a list of mappings");
        refuses("{recipe: topk, cells: [3]}", "'cells[0]' is 3: expected a mapping");
        refuses(
                "{recipe: sparsify-skip-transcoder, grid: {seed: [1, 2]}}",
                "'skip' is true: a sweep trains autoencoders");
    }

    @Test
    void refusesTwoValuesForOneThing() {
        refuses(
                "{recipe: topk, cells: [{activation: {k: 3}}], grid: {activation.k: [1, 2]}}",
                "'cells[0].activation.k' and 'grid.activation.k' say the same thing");
        refuses(
                "{recipe: topk, grid: {seed: [1, 1]}, set: {features: 8}}",
                "cell 'topk-f8-k",
                "' is there twice");
    }

    @Test
    void refusesMoreCellsThanAnybodyTrains() {
        String list = "[" + "1,".repeat(999) + "2]";
        refuses(
                "{recipe: topk, grid: {a: %1$s, b: %1$s, c: %1$s, d: %1$s, e: %1$s, f: %1$s, g: %1$s}}"
                        .formatted(list),
                "there are more than 1000 cells");
    }

    @Test
    void suggestsThePresetThatWasMeant() {
        assertThatThrownBy(() -> SweepFiles.open("gridsearch", List.of()))
                .isInstanceOf(UsageException.class)
                .hasMessage(
                        "sweep 'gridsearch' is not known (did you mean 'grid-search'?): there is grid-search; a file's name ends in .yaml");
    }

    @Test
    void aCellIsWhatItsPresetWouldBe() {
        var cell =
                SweepFiles.open("grid-search", List.of()).cells().stream()
                        .filter(c -> c.name().equals("batchtopk-x8-k220"))
                        .findFirst()
                        .orElseThrow();
        assertThat(RecipeFiles.differences(cell.recipe(), RecipeFiles.preset("grid-search")))
                .containsExactly("name: batchtopk-x8-k220, not grid-search");
    }
}
