package dev.sae4j.train.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.sae4j.checkpoint.Checkpoints;
import dev.sae4j.checkpoint.ReadOptions;
import dev.sae4j.io.Json;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.UsageException;
import dev.sae4j.kernel.Workers;
import dev.sae4j.sae.Sae;
import dev.sae4j.store.ActivationStore;
import dev.sae4j.train.MemoryPlan;
import dev.sae4j.train.RunLength;
import dev.sae4j.train.metric.ModelLoss;
import dev.sae4j.train.recipe.RecipeFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SweepRunTest {
    private static final String GRID =
            """
            recipe: grid-search
            set: {batch: 64, epochs: 3, learning_rate.peak: 1e-2}
            grid: {expansion: [2, 4]}
            cells:
              - {activation.k: 2}
              - {recipe: grid-search-topk, activation.k: 3}
              - {recipe: grid-search-jumprelu, activation.threshold: 0.1}
            validation: {one_in: 5, rows: 150}
            """;

    private final Workers workers = Workers.of(2);
    private final List<String> heard = new ArrayList<>();
    private @Nullable ActivationStore store;

    @TempDir Path dir;

    private final SweepListener listener =
            new SweepListener() {
                @Override
                public void beginsGroup(List<SweepCell> cells, RunLength length, int left) {
                    heard.add("group of " + cells.size());
                }

                @Override
                public void skipped(CellResult result) {
                    heard.add("skipped " + result.name());
                }

                @Override
                public void warn(String message) {
                    heard.add("warning: " + message);
                }
            };

    @BeforeEach
    void harvest() {
        store = SmallStore.write(dir.resolve("store"), 1000, 3);
    }

    @AfterEach
    void close() {
        workers.close();
        store().close();
    }

    private ActivationStore store() {
        return Objects.requireNonNull(store);
    }

    private Sweep sweep(String text) {
        try {
            return SweepFiles.read(Files.writeString(dir.resolve("grid.yaml"), text), List.of());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private Path out() {
        return dir.resolve("out");
    }

    private SweepRun.Options options() {
        return SweepRun.Options.of(out());
    }

    private SweepRun.Options resuming() {
        var o = options();
        return new SweepRun.Options(
                o.out(), true, o.format(), o.origin(), o.memory(), 0, o.modelLoss());
    }

    private List<CellResult> run(String text, SweepRun.Options options) {
        return new SweepRun(workers, sweep(text), SweepData.of(store()), options).run(listener);
    }

    private List<String> table(String name) throws IOException {
        return Files.readAllLines(out().resolve(name));
    }

    @Test
    void everyCellLeavesAFolderAndALine() throws IOException {
        List<CellResult> results = run(GRID, options());
        assertThat(heard).containsExactly("group of 6");
        assertThat(results)
                .extracting(CellResult::name)
                .containsExactly(
                        "batchtopk-x2-k2",
                        "batchtopk-x4-k2",
                        "topk-x2-k3",
                        "topk-x4-k3",
                        "jumprelu-x2-t0.1",
                        "jumprelu-x4-t0.1");
        List<String> brief = table("results.csv");
        assertThat(brief.getFirst()).isEqualTo("Type,Exp,K,Val MSE,NMSE,Dead %");
        assertThat(brief).hasSize(7);
        assertThat(brief.get(1)).startsWith("BatchTopK,2x,2,1.");
        assertThat(brief.get(6)).startsWith("JumpReLU,4x,,0.");
        List<String> full = table("results_full.csv");
        assertThat(full.getFirst())
                .startsWith(
                        "Type,Exp,K,Threshold,L0,Val MSE,NMSE,Dead %,Delta Loss,Frac Rec %,cell,status,selection,explained_variance")
                .endsWith(",expansion,activation.type,failure");
        assertThat(full.get(5)).startsWith("JumpReLU,2x,,0.1,").contains(",done,row,");
        assertThat(full.get(1)).contains(",done,batch,");
        assertThat(Json.readObject(out().resolve("results.json")).path("cells")).hasSize(6);
        assertThat(out().resolve("state")).doesNotExist();
        for (CellResult result : results) {
            Path folder = out().resolve(result.name());
            assertThat(folder.toFile().list())
                    .containsExactlyInAnyOrder(
                            "cfg.json",
                            "sae_weights.safetensors",
                            "recipe.yaml",
                            "metrics.json",
                            "training.jsonl");
            assertThat(RecipeFiles.read(folder.resolve("recipe.yaml")).name())
                    .isEqualTo(result.name());
            try (Sae sae = Checkpoints.open(folder, ReadOptions.NONE)) {
                assertThat(sae.config().dIn()).isEqualTo(SmallStore.WIDTH);
            }
        }
    }

    @Test
    void theErrorIsTheValidationErrorOfTheBestEpoch() throws IOException {
        for (CellResult result : run(GRID, options())) {
            double best = Double.POSITIVE_INFINITY;
            long epoch = 0;
            for (String line : table(result.name() + "/training.jsonl")) {
                var json = Json.LENIENT.readTree(line);
                if (json.has("epoch") && json.path("validation_mse").asDouble() < best) {
                    best = json.path("validation_mse").asDouble();
                    epoch = json.path("epoch").asLong();
                }
            }
            assertThat(result.numbers().get("best_epoch")).isEqualTo(epoch);
            // The same sums in another order of float32 operations.
            assertThat(Objects.requireNonNull(result.numbers().get("validation_mse")).doubleValue())
                    .isCloseTo(best, within(1e-5 * best));
        }
    }

    @Test
    void whichCellsShareARunChangesNothing() throws IOException {
        run(GRID, options());
        String together = withoutTimes("results_full.csv");
        byte[] weights = weights("topk-x4-k3");
        heard.clear();
        Path second = dir.resolve("second");
        long largest =
                sweep(GRID).cells().stream()
                        .mapToLong(c -> MemoryPlan.of(c.recipe(), 8, 8).least())
                        .max()
                        .orElseThrow();
        long memory = (long) ((largest * 1.2 + 150 * 8 * 4) / 0.85);
        var o = options();
        run(GRID, new SweepRun.Options(second, false, o.format(), o.origin(), memory, 0, null));
        assertThat(heard).hasSizeGreaterThan(2);
        assertThat(withoutTimes(second.resolve("results_full.csv"))).isEqualTo(together);
        assertThat(Files.readAllBytes(second.resolve("topk-x4-k3/sae_weights.safetensors")))
                .isEqualTo(weights);
    }

    private byte[] weights(String cell) throws IOException {
        return Files.readAllBytes(out().resolve(cell).resolve("sae_weights.safetensors"));
    }

    private String withoutTimes(String name) throws IOException {
        return withoutTimes(out().resolve(name));
    }

    private static String withoutTimes(Path file) throws IOException {
        return KilledSweepTest.withoutTimes(file);
    }

    @Test
    void aCellThatFailsIsInTheTableAndTheOthersGoOn() throws IOException {
        String text =
                """
                recipe: topk
                set: {features: 16, batch: 64, tokens: 6400, learning_rate: {peak: 1e-3, scaled_by_width: false}}
                cells:
                  - {activation.k: 2}
                  - {recipe: saelens-standard, loss.sparsity.coefficient: 1e30, learning_rate.peak: 9.9}
                  - {activation.k: 3}
                """;
        List<CellResult> results = run(text, options());
        CellResult failed = results.get(1);
        assertThat(failed.status()).isEqualTo("failed");
        assertThat(failed.failure()).contains("the loss was ");
        assertThat(results.get(0).status()).isEqualTo("done");
        assertThat(results.get(2).status()).isEqualTo("done");
        assertThat(table("results.csv").get(2)).isEqualTo("ReLU,2x,,,,");
        assertThat(table("results_full.csv").get(2)).contains(",failed,", "the loss was ");
        heard.clear();
        assertThat(run(text, resuming())).isEqualTo(results);
        assertThat(heard).hasSize(3).allMatch(line -> line.startsWith("skipped "));
    }

    @Test
    void finishedCellsAreSkippedAndMissingOnesTrained() throws IOException {
        List<CellResult> before = run(GRID, options());
        byte[] weights = weights("topk-x2-k3");
        String table = withoutTimes("results_full.csv");
        delete(out().resolve("topk-x2-k3"));
        heard.clear();
        List<CellResult> after = run(GRID, resuming());
        assertThat(heard).hasSize(6).contains("group of 1", "skipped batchtopk-x2-k2");
        assertThat(after).hasSameSizeAs(before);
        assertThat(weights("topk-x2-k3")).isEqualTo(weights);
        assertThat(withoutTimes("results_full.csv")).isEqualTo(table);
    }

    private static void delete(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }

    @Test
    void refusesAFolderThatIsInUse() throws IOException {
        String small =
                "{recipe: topk, set: {features: 8, activation.k: 1, batch: 64}, grid: {seed: [1]}}";
        run(small, options());
        assertThatThrownBy(() -> run(small, options()))
                .isInstanceOf(UsageException.class)
                .hasMessage(
                        "[out] holds a sweep already: go on with it by --resume, or choose another folder");
        Path other = Files.createDirectories(dir.resolve("other"));
        Files.writeString(other.resolve("notes.txt"), "mine");
        assertThatThrownBy(() -> run(small, SweepRun.Options.of(other)))
                .isInstanceOf(Sae4jException.class)
                .hasMessageContaining("/other] exists and is not a sweep (it has no sweep.json)");
    }

    @Test
    void refusesToGoOnWithAnotherSweep() {
        String text =
                "{recipe: topk, set: {features: 8, activation.k: 1, batch: 64}, grid: {seed: [1, 2]}}";
        run(text, options());
        assertThatThrownBy(() -> run(text.replace("k: 1", "k: 2"), resuming()))
                .isInstanceOf(UsageException.class)
                .hasMessage(
                        "[out] cannot be resumed: cell 'topk-f8-k1-seed1' was begun with name: topk-f8-k1-seed1, not topk-f8-k2-seed1. Go on with what the sweep was begun with, or choose another folder");
        assertThatThrownBy(() -> run(text.replace("batch: 64", "batch: 32"), resuming()))
                .hasMessageContaining("cell 'topk-f8-k1-seed1' was begun with batch: 64, not 32");
        assertThatThrownBy(() -> run(text.replace("[1, 2]", "[1, 2, 3]"), resuming()))
                .hasMessageContaining("it was begun with 2 cells, and grid.yaml has 3");
        assertThatThrownBy(() ->
                        run(text.replace("grid:", "validation: {rows: 9}, grid:"), resuming()))
                .hasMessageContaining("held_out_rows was ", " and is 9");
        var o = resuming();
        var format = new SweepRun.Options(out(), true, "grid_pt", o.origin(), o.memory(), 0, null);
        assertThatThrownBy(() -> run(text, format))
                .hasMessageContaining("format was saelens and is grid_pt");
    }

    @Test
    void refusesToGoOnWithOtherActivations() {
        String text =
                "{recipe: topk, set: {features: 8, activation.k: 1, batch: 64}, grid: {seed: [1, 2]}}";
        run(text, options());
        try (ActivationStore other = SmallStore.write(dir.resolve("other"), 1000, 4)) {
            assertThatThrownBy(() ->
                            new SweepRun(workers, sweep(text), SweepData.of(other), resuming())
                                    .run(listener))
                    .isInstanceOf(UsageException.class)
                    .hasMessageContaining("[out] cannot be resumed: held_out_crc32c was ");
        }
    }

    @Test
    void writesTheFormatThatIsAskedForAndSaysWhatItLoses() throws IOException {
        var o = options();
        List<CellResult> results =
                run(
                        GRID,
                        new SweepRun.Options(
                                out(), false, "grid_pt", Map.of(), o.memory(), 0, null));
        assertThat(out().resolve("batchtopk-x2-k2/BatchTopK_exp2x_k2.pt")).exists();
        assertThat(out().resolve("jumprelu-x4-t0.1/JumpReLU_exp4x_t0.1.pt")).exists();
        assertThat(results).allSatisfy(r -> assertThat(r.losses()).isEmpty());
        delete(out().resolve("batchtopk-x2-k2"));
        CellResult saelens = run(GRID, SweepRun.Options.of(dir.resolve("saelens"))).getFirst();
        assertThat(saelens.losses())
                .singleElement()
                .asString()
                .contains("no inference form of the rule over whole batches");
    }

    @Test
    void lossesOfTheModelFillThePublishedColumns() throws IOException {
        var o = options();
        var loss = new ModelLoss(10, 2, 2.5, 6);
        run(
                "{recipe: topk, set: {features: 8, activation.k: 1, batch: 64}, grid: {seed: [1]}}",
                new SweepRun.Options(out(), false, "saelens", Map.of(), o.memory(), 0, s -> loss));
        String[] columns = table("results_full.csv").getFirst().split(",", -1);
        String[] values = table("results_full.csv").get(1).split(",", -1);
        assertThat(columns[8] + " " + values[8]).isEqualTo("Delta Loss 0.5");
        assertThat(columns[9] + " " + values[9]).isEqualTo("Frac Rec % 87.5");
    }

    @Test
    void measuresBatchTopKByItsThresholdIfItHasOne() {
        List<CellResult> results =
                run(
                        "{recipe: dictionary-learning-batchtopk, set: {features: 16, batch: 64, tokens: 6400, activation: {threshold: {after: 10}}}, grid: {activation.k: [2]}}",
                        options());
        assertThat(results.getFirst().selection()).isEqualTo("threshold");
        assertThat(results.getFirst().numbers()).containsKey("running_threshold");
    }

    @Test
    void refusesAStoreWithTooFewDocuments() {
        try (ActivationStore few = SmallStore.write(dir.resolve("few"), 20, 4)) {
            assertThatThrownBy(() ->
                            new SweepRun(
                                    workers,
                                    sweep(GRID.replace("one_in: 5", "one_in: 1000")),
                                    SweepData.of(few),
                                    options()))
                    .isInstanceOf(Sae4jException.class)
                    .hasMessageContaining("no rows are held out to validate on");
        }
        assertThat(out()).doesNotExist();
    }
}
