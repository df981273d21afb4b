package dev.sae4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sae4j.io.Json;
import dev.sae4j.io.SafetensorsWriter;
import dev.sae4j.io.Tensor;
import dev.sae4j.sae.Sae;
import dev.sae4j.train.recipe.RecipeFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class TrainVerbTest {
    @TempDir static Path shared;
    @TempDir Path dir;

    private static Path store(String hook) {
        return shared.resolve(hook);
    }

    @BeforeAll
    static void harvest() {
        for (String hook : List.of("resid_post.0", "resid_post.1")) {
            Ran.sae4j(
                            "harvest",
                            "--model",
                            TinyModel.whole(),
                            "--hook",
                            hook,
                            "--tokens",
                            "4k",
                            "--out",
                            store(hook))
                    .ok();
        }
    }

    /// `train` with a small batch and SAE; what follows may say otherwise.
    private Ran train(String line, Object... more) {
        List<Object> words = new ArrayList<>(List.of("train"));
        words.addAll(List.of(line.split(" ")));
        words.addAll(List.of(more));
        return Ran.sae4j(words.toArray());
    }

    private Path out() {
        return dir.resolve("out");
    }

    private static final String SMALL = "--features 64 --k 4 --batch 128";

    private Object[] onStore(Object... more) {
        List<Object> words =
                new ArrayList<>(List.of("--activations", store("resid_post.1"), "--out", out()));
        words.addAll(List.of(more));
        return words.toArray();
    }

    private static List<JsonNode> log(Path folder) throws IOException {
        return Files.readAllLines(folder.resolve("training.jsonl")).stream()
                .map(Json.STRICT::readTree)
                .toList();
    }

    @Test
    void logsEveryTermOfTheLossAndEverySchedule() throws IOException {
        train(
                        "--recipe matryoshka --features 64 --k 4 --batch 128 --rows 1k --log-every 2",
                        onStore())
                .ok();
        assertThat(log(out()))
                .extracting(l -> l.path("step").asInt())
                .containsExactly(1, 2, 4, 6, 7);
        assertThat(log(out()).getLast().propertyNames())
                .contains("full_error", "level_errors", "aux", "threshold", "grad_norm");
        Path p = dir.resolve("p");
        train(
                        "--recipe dictionary-learning-p-anneal --features 64 --batch 128 --rows 1k --set loss.sparsity.anneal.from=1 --out",
                        p,
                        "--activations",
                        store("resid_post.1"))
                .ok();
        assertThat(log(p).getLast().propertyNames())
                .contains("sparsity", "coefficient", "p", "l0", "dead", "learning_rate", "tokens");
    }

    @Test
    void saysThatLevelsDoNotEndAtTheNumberOfFeatures() {
        Ran ran =
                train("--recipe matryoshka --features 300 --k 4 --batch 128 --rows 1k", onStore());
        assertThat(ran.ok().err())
                .contains(
                        "the levels [128, 512, 2048, 8192, 32768] do not end at 300 features (d_sae); trained with [128, 300]");
    }

    @Test
    void trainsSeveralRecipesOnOneStream() throws IOException {
        train("--recipe topk --recipe batchtopk " + SMALL, onStore()).ok();
        assertThat(Ran.names(out())).containsExactly("batchtopk", "run.json", "topk");
        assertThat(Ran.names(out().resolve("batchtopk")))
                .containsExactly(
                        "cfg.json", "recipe.yaml", "sae_weights.safetensors", "training.jsonl");
        Path alone = dir.resolve("alone");
        train(SMALL + " --activations", store("resid_post.1"), "--out", alone).ok();
        for (String name : List.of("sae_weights.safetensors", "cfg.json", "training.jsonl")) {
            assertThat(Ran.files(out()).get("topk/" + name))
                    .as(name)
                    .isEqualTo(Ran.files(alone).get(name));
        }
        train("--recipe topk --recipe topk " + SMALL, onStore())
                .failed(2, "two recipes are called 'topk'");
        Path longer = Files.writeString(dir.resolve("longer.yaml"), "like: topk\nbatch: 64\n");
        train("--features 64 --k 4 --recipe topk --recipe " + longer, onStore())
                .failed(2, "recipes 'topk' and 'longer' cannot read one stream");
    }

    @Test
    void trainsATranscoderFromAPairOfStores() throws IOException {
        String recipe =
                "--recipe sparsify-skip-transcoder --features 64 --k 4 --batch 128 --rows 2k";
        train(recipe, onStore())
                .failed(2, "has a skip connection from input to output: give --targets");
        train(recipe, onStore("--targets", store("resid_post.0"))).ok();
        try (Sae sae = Sae.load(out())) {
            assertThat(sae.config().transcoder()).isTrue();
            assertThat(sae.weights().skip()).isNotNull();
        }
        assertThat(log(out()).getLast().path("fvu").asDouble()).isLessThan(1);
        train("--recipe topk " + SMALL, onStore("--targets", store("resid_post.0")))
                .failed(2, "use --set input_bias=none");
    }

    @Test
    void trainsOnAModelThatRunsMeanwhile() {
        String line = "--hook resid_post.1 --rows 2k " + SMALL;
        train(line, "--model", TinyModel.whole(), "--out", out()).ok();
        try (Sae sae = Sae.load(out())) {
            assertThat(sae.config().metadata())
                    .containsEntry("hook_name", "blocks.1.hook_resid_post")
                    .containsEntry("training_tokens", 1920);
        }
        train("--hook resid_post.1 " + SMALL, "--out", dir.resolve("b"))
                .failed(2, "a running model has no known number of them: give --rows 10M");
        train(SMALL, "--out", dir.resolve("b"))
                .failed(2, "nothing to train on: give --activations");
        train(SMALL, "--activations", store("resid_post.1"))
                .failed(2, "missing required option: '--out=DIR'");
    }

    @Test
    void trainsEveryRecipeAtEveryHookInOnePass() throws IOException {
        String line = "--hook resid_post.1,resid_post.0 --rows 2k --log-every 1 " + SMALL;
        Object[] where = {"--model", TinyModel.whole(), "--out", out()};
        Ran ran = train("--recipe topk --recipe batchtopk " + line, where).ok();
        assertThat(ran.out()).contains("resid_post.0", "batchtopk: 15 steps");
        assertThat(Ran.names(out())).containsExactly("resid_post.0", "resid_post.1", "run.json");
        Map<String, String> together = Ran.files(out());
        for (String hook : List.of("resid_post.0", "resid_post.1")) {
            Path alone = dir.resolve(hook);
            String one = line.replace("resid_post.1,resid_post.0", hook);
            train(one, "--model", TinyModel.whole(), "--out", alone).ok();
            for (String name : List.of("sae_weights.safetensors", "cfg.json", "recipe.yaml")) {
                assertThat(together.get(hook + "/topk/" + name))
                        .as("%s of %s", name, hook)
                        .isEqualTo(Ran.files(alone).get(name));
            }
            try (Sae sae = Sae.load(out().resolve(hook).resolve("batchtopk"))) {
                assertThat(sae.config().metadata())
                        .containsEntry(
                                "hook_name",
                                hook.replace("resid_post.", "blocks.") + ".hook_resid_post");
            }
            assertThat(log(out().resolve(hook).resolve("topk"))).hasSize(15);
        }
    }

    @Test
    void oneRecipeAtSeveralHooksHasAFolderForEachAndResumesOnTheSameOnly() throws IOException {
        String line =
                "--hook resid_post.0,resid_post.1 --rows 1k --snapshots 512 --resume " + SMALL;
        Object[] where = {"--model", TinyModel.whole(), "--out", out()};
        train(line, where).ok();
        assertThat(Ran.names(out().resolve("resid_post.1")))
                .contains("cfg.json", "sae_weights.safetensors", "snapshots", "training.jsonl");
        assertThat(train(line, where).ok().out()).contains("was finished before");
        train(line.replace("0,resid_post.1", "1,resid_post.0"), where)
                .failed(2, "it was trained on other activations");
    }

    @Test
    void refusesHooksThatAreNotThereAndStoresOfSeveral() {
        String line = "--rows 1k " + SMALL + " --hook";
        Object[] model = {"--model", TinyModel.whole(), "--out", out()};
        train(line + " resid_post.1,blocks.1.hook_resid_post", model)
                .failed(2, "--hook names resid_post.1 twice: once is enough");
        train(line + " resid_post.1,resid_post.77", model).failed(2, "77");
        train(line + " resid_post.1,", model).failed(2, "unknown hook ''");
        train(line + " resid_post.0,resid_post.1", onStore())
                .failed(2, "goes with a model that runs, not with --activations");
        assertThat(out()).doesNotExist();
    }

    @Test
    void aDryRunOfSeveralHooksCountsThemAll() {
        String line = "--dry-run --json --rows 10k " + SMALL + " --hook ";
        Object[] model = {"--model", TinyModel.whole()};
        JsonNode one = train(line + "resid_post.0", model).ok().json().path("cost");
        JsonNode two = train(line + "resid_post.0,resid_post.1", model).ok().json().path("cost");
        assertThat(two.path("hooks").asInt()).isEqualTo(2);
        assertThat(two.path("d_in").asInt()).isEqualTo(one.path("d_in").asInt());
        for (String part : List.of("memory_bytes", "disk_bytes")) {
            assertThat(two.path(part).path("total").asLong())
                    .isEqualTo(2 * one.path(part).path("total").asLong());
        }
        assertThat(two.path("flops").path("all").asDouble())
                .isEqualTo(2 * one.path("flops").path("all").asDouble());
    }

    @Test
    void writesSnapshotsAndKeepsTheBestEpoch() throws IOException {
        String line =
                "--recipe grid-search --features 64 --k 4 --batch 128 --snapshots 1k,50%% --set epochs=3"
                        .replace("%%", "%");
        Ran ran = train(line, onStore("--json"));
        JsonNode json = ran.json();
        assertThat(json.path("best_epoch").asInt()).isBetween(1, 3);
        assertThat(ran.err()).contains("a tenth is held out", "epoch 3: validation error");
        assertThat(Ran.names(out().resolve("snapshots"))).hasSize(2).contains("1024");
        try (Sae sae = Sae.load(out().resolve("snapshots/1024"))) {
            assertThat(sae.config().metadata()).containsEntry("training_tokens", 1024);
        }
        assertThat(log(out()).stream().filter(l -> l.has("validation_mse"))).hasSize(3);
        assertThat(RecipeFiles.read(out().resolve("recipe.yaml")).epochs()).isEqualTo(3);
    }

    @Test
    void writesOtherFormatsAndEventFiles() {
        train(SMALL + " --rows 1k --format dictionary_learning --tensorboard", onStore()).ok();
        assertThat(Ran.names(out()))
                .containsExactly(
                        "ae.pt",
                        "config.json",
                        "recipe.yaml",
                        "run.json",
                        "tensorboard",
                        "training.jsonl");
        assertThat(Ran.sae4j("inspect", out()).ok().out()).contains("dictionary_learning");
        train(SMALL + " --rows 1k", onStore()).ok();
        assertThat(Ran.names(out())).contains("cfg.json").doesNotContain("ae.pt", "config.json");
    }

    @Test
    void resumesOnlyTheSameRunAndKnowsWhenItIsDone() {
        String line = SMALL + " --rows 1k --save-every 2";
        Ran begun = train(line + " --resume", onStore()).ok();
        assertThat(begun.err()).contains("There is no state", "training begins at the start");
        assertThat(Ran.names(out())).doesNotContain("state");
        Map<String, String> before = Ran.files(out());
        Ran again = train(line + " --resume", onStore()).ok();
        assertThat(again.out()).contains("was finished before, after 7 steps; nothing to do");
        train(line.replace("--k 4", "--k 5") + " --resume", onStore())
                .failed(2, "cannot be resumed as something else: activation.k: 4, not 5");
        train(line + " --resume --activations", store("resid_post.0"), "--out", out())
                .failed(2, "it was trained on other activations; choose another folder");
        assertThat(Ran.files(out())).isEqualTo(before);
    }

    @Test
    void stopsAtALossThatIsNoNumberWithTheLastGoodSae() throws IOException {
        float[] rows = rows(512, 8);
        rows[300 * 8 + 3] = 1e30f; // its square is not finite
        Path file = write("huge.safetensors", rows, 8);
        train(
                        "--set input.type=none --set start.sample_rows=null --set start.decoder_bias=zero"
                                + " --features 32 --k 4 --batch 32 --save-every 1 --activations",
                        file,
                        "--out",
                        out())
                .failed(1, "the loss was", "at step", "the last good SAE has been written to");
        try (Sae sae = Sae.load(out())) {
            assertThat(sae.config().metadata()).containsKey("stopped_early");
        }
        assertThat(Ran.files(out())).containsKey("run.json");
        train(
                        "--features 32 --k 4 --batch 32 --rows 64 --seed 3 --activations",
                        write("good.safetensors", rows(512, 8), 8),
                        "--out",
                        out())
                .ok();
    }

    private static float[] rows(int n, int d) {
        var random = new SplittableRandom(5);
        float[] rows = new float[n * d];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = (float) random.nextGaussian();
        }
        return rows;
    }

    private Path write(String name, float[] rows, int d) {
        Path file = dir.resolve(name);
        SafetensorsWriter.write(
                file, Map.of(), List.of(Tensor.ofFloats("activations", rows, rows.length / d, d)));
        return file;
    }

    @Test
    void trainsOnPlainFilesAndPairsOfThem() {
        Path x = write("x.safetensors", rows(512, 8), 8);
        Path y = write("y.safetensors", rows(512, 6), 6);
        train("--features 32 --k 4 --batch 64 --validation 0.25 --activations", x, "--out", out())
                .ok();
        Object[] pair = {x, "--targets", y, "--out", dir.resolve("pair")};
        String recipe = "--features 32 --k 4 --batch 64 --set epochs=1 --activations";
        train("--recipe sparsify-transcoder " + recipe, pair)
                .failed(2, "could not be written: sparsify has transcoders of equal widths only");
        assertThat(dir.resolve("pair")).doesNotExist();
        train(
                        "--recipe sparsify-transcoder --set activation=relu "
                                + recipe.replace("--k 4 ", ""),
                        pair)
                .ok();
        try (Sae sae = Sae.load(dir.resolve("pair"))) {
            assertThat(sae.config().dOut()).isEqualTo(6);
        }
        Path few = write("few.safetensors", rows(100, 6), 6);
        train("--features 32 --k 4 --activations", x, "--targets", few, "--out", dir.resolve("b"))
                .failed(2, "--targets has 100 rows, --activations has 512: expected one for each");
        train("--activations", x + "#missing", "--out", dir.resolve("b"))
                .failed(1, "has no tensor 'missing'");
    }

    @Test
    void aDryRunSaysWhatItTakesAndPrintsARecipeFile() throws IOException {
        Ran ran =
                train(
                                "--recipe baguettotron --dry-run --features 64 --rows 1M --batch 256 --width 48")
                        .ok();
        assertThat(ran.out())
                .contains(
                        "# run         3,906 steps, 1.00M tokens of width 48",
                        "# memory      ",
                        "# disk        ",
                        "a step if all were dense (10·B·D·F)",
                        "# time        about ");
        Path file = Files.writeString(dir.resolve("mine.yaml"), ran.out());
        assertThat(RecipeFiles.read(file).features()).isEqualTo(64);
        assertThat(train("--recipe pythia-x32 --dry-run").ok().out())
                .contains("coefficient: 3e-4", "# Give --activations, --hook or --width");
    }

    @Test
    void aDryRunAsJsonCountsBytesAndOperations() {
        JsonNode json =
                train(SMALL + " --dry-run --json --activations", store("resid_post.1")).json();
        JsonNode cost = json.path("cost");
        assertThat(cost.path("d_in").asInt()).isEqualTo(48);
        assertThat(cost.path("steps").asInt()).isEqualTo(31);
        assertThat(cost.path("memory_bytes").path("weights").asInt())
                .isGreaterThan(2 * 4 * 48 * 64);
        assertThat(cost.path("memory_bytes").path("gradients").asInt()).isZero();
        JsonNode clips =
                train(SMALL + " --set clip=1 --dry-run --json --width 48").json().path("cost");
        assertThat(clips.path("memory_bytes").path("gradients").asInt()).isEqualTo(2 * 4 * 48 * 64);
        assertThat(cost.path("flops").path("dense_per_step").asDouble())
                .isEqualTo(10.0 * 128 * 48 * 64);
        assertThat(cost.path("flops").path("per_step").asDouble())
                .isEqualTo(2.0 * 128 * 48 * 64 + 8.0 * 128 * 4 * 48);
        assertThat(cost.path("time").path("tokens_per_second").asDouble()).isPositive();
        assertThat(json.path("recipes").get(0).path("activation").path("k").asInt()).isEqualTo(4);
    }

    @Test
    void aDryRunOfWhatDoesNotFitSaysSo() {
        Ran ran = train("--features 20M --dry-run --width 96").ok();
        assertThat(ran.out()).contains("DOES NOT FIT", "# time        not measured");
    }
}
