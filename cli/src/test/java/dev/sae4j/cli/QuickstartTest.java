package dev.sae4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sae4j.testing.Fixtures;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// A quick start at a small scale, and the other verbs on what it leaves.
class QuickstartTest {
    @TempDir static Path dir;
    static Path made = Path.of("");
    static Ran first = new Ran(-1, "", "");

    @BeforeAll
    static void quickstart() {
        made = dir.resolve("made");
        first = run(made, "--tokens", "20k", "--rows", "20k", "--features", 256, "--json").ok();
    }

    private static Ran run(Path out, Object... more) {
        Object[] all = new Object[more.length + 3];
        all[0] = "quickstart";
        all[1] = "--out";
        all[2] = out;
        System.arraycopy(more, 0, all, 3, more.length);
        return Ran.sae4j(all);
    }

    @Test
    void leavesAStoreAnSaeFeaturesAndAReport() throws Exception {
        assertThat(Ran.names(made))
                .containsExactly("features", "report.md", "sae", "store", "training.jsonl");
        assertThat(Ran.names(made.resolve("sae")))
                .containsExactly("cfg.json", "sae_weights.safetensors");
        assertThat(Ran.names(made.resolve("features")))
                .contains("feature_data.json", "feature_labels.jsonl");
        assertThat(Files.readString(made.resolve("report.md")))
                .startsWith("# TopK SAE on sae4j-demo, resid_post.3\n")
                .contains("256 features of width 192, 16 active per token")
                .contains("| explained variance |")
                .contains("\n### #");
        List<String> log = Files.readAllLines(made.resolve("training.jsonl"));
        assertThat(log).hasSize(19).allMatch(line -> line.startsWith("{\"step\":"));
        Ran.assertNothingHalfWritten(dir);
    }

    @Test
    void tellsItsFiveStepsOnStderrAndOneJsonValueOnStdout() {
        assertThat(first.err()).contains("[1/5] sae4j-demo", "[2/5] Harvesting 20.0k", "[3/5]");
        assertThat(first.err()).contains("[4/5]", "[5/5]", "train 100 %");
        JsonNode json = first.json();
        assertThat(json.path("d_in").asInt()).isEqualTo(192);
        assertThat(json.path("d_sae").asInt()).isEqualTo(256);
        assertThat(json.path("l0").asDouble()).isBetween(10.0, 16.0);
        assertThat(json.path("explained_variance").asDouble()).isBetween(0.4, 0.9);
        assertThat(json.path("ce_loss_score").asDouble()).isBetween(0.6, 1.0);
        assertThat(json.path("dead_fraction").asDouble()).isBetween(0.0, 0.2);
        assertThat(json.path("tokens_per_second").asDouble()).isPositive();
        assertThat(json.path("clear_features").isArray()).isTrue();
        assertThat(json.propertyNames()).allMatch(name -> name.matches("[a-z][a-z0-9_]*"));
    }

    @Test
    void isQuietWhenToldSo() {
        Ran quiet =
                run(
                        dir.resolve("quiet"),
                        "--tokens",
                        "1k",
                        "--rows",
                        "1k",
                        "--features",
                        64,
                        "--quiet");
        quiet.ok();
        assertThat(quiet.err()).isEmpty();
        assertThat(quiet.out())
                .contains("explained variance", "CE loss score", "Next: ./sae4j encode");
    }

    @Test
    void givesTheSameFilesOnAnyNumberOfThreads() {
        Map<String, String> one = seeded("threads1", 1, 42);
        assertThat(one).hasSizeGreaterThan(10);
        assertThat(seeded("threads2", 2, 42)).isEqualTo(one);
        assertThat(seeded("threads3", 3, 42)).isEqualTo(one);
        Map<String, String> other = seeded("seed", 2, 43);
        assertThat(other.keySet()).isEqualTo(one.keySet());
        String weights = "sae/sae_weights.safetensors";
        assertThat(other.get(weights)).isNotEqualTo(one.get(weights));
        String features = "features/statistics.safetensors";
        assertThat(other.get(features)).isNotEqualTo(one.get(features));
        String shard = "store/shard-00000.safetensors";
        assertThat(other.get(shard)).as("harvesting is not random").isEqualTo(one.get(shard));
    }

    private static Map<String, String> seeded(String name, int threads, int seed) {
        Path out = dir.resolve(name);
        run(
                        out,
                        "--tokens",
                        "3k",
                        "--rows",
                        "5k",
                        "--features",
                        256,
                        "--threads",
                        threads,
                        "--seed",
                        seed,
                        "--quiet")
                .ok();
        return Ran.files(out);
    }

    @Test
    void replacesWhatAnOlderRunMade() {
        Path out = dir.resolve("again");
        run(out, "--tokens", 500, "--rows", 500, "--features", 32).ok();
        Map<String, String> before = Ran.files(out);
        run(out, "--tokens", 600, "--rows", 500, "--features", 32).ok();
        assertThat(Ran.files(out)).isNotEqualTo(before);
        assertThat(Ran.files(out).keySet()).isEqualTo(before.keySet());
        Ran.assertNothingHalfWritten(dir);
    }

    @Test
    void runsOnAFolderAndATextOfOnesOwn() throws Exception {
        Path text = dir.resolve("notes.txt");
        Files.writeString(text, "The quiet river follows the stone bridge.\n".repeat(120));
        Path model = Fixtures.root().resolve("models/llama");
        Path out = dir.resolve("own");
        JsonNode json =
                run(
                                out,
                                "--model",
                                model,
                                "--data",
                                text,
                                "--tokens",
                                "1k",
                                "--rows",
                                "2k",
                                "--features",
                                64,
                                "--k",
                                4,
                                "--json")
                        .json();
        assertThat(json.path("model").asString()).isEqualTo("llama");
        assertThat(json.path("hook").asString()).isEqualTo("resid_post.2");
        assertThat(json.path("d_in").asInt()).isEqualTo(48);
    }

    @Test
    void inspectKnowsTheSaeAndTheStore() {
        JsonNode sae = Ran.sae4j("inspect", "--json", made.resolve("sae")).json();
        assertThat(sae.path("kind").asString()).isEqualTo("sae");
        assertThat(sae.path("d_sae").asInt()).isEqualTo(256);
        Ran people = Ran.sae4j("inspect", made.resolve("sae")).ok();
        assertThat(people.out()).contains("topk, k = 16", "256 features", "No problems found.");
        JsonNode store = Ran.sae4j("inspect", "--json", made.resolve("store")).json();
        assertThat(store.path("rows").asInt()).isEqualTo(20_000);
    }

    @Test
    void encodeShowsFeaturesWithTheirLabels() {
        JsonNode tokens =
                Ran.sae4j(
                                "encode",
                                "--sae",
                                made.resolve("sae"),
                                "--text",
                                "a bird that sings at night",
                                "--top",
                                2,
                                "--json")
                        .json();
        assertThat(tokens.size()).isGreaterThan(4);
        for (JsonNode token : tokens) {
            JsonNode features = token.path("features");
            assertThat(features.size()).isEqualTo(2);
            assertThat(features.get(0).path("activation").asDouble())
                    .isGreaterThanOrEqualTo(features.get(1).path("activation").asDouble());
            assertThat(features.get(0).path("label").asString()).isNotEmpty();
        }
        Ran people =
                Ran.sae4j("encode", "--sae", made.resolve("sae"), "--text", "a bird sings").ok();
        assertThat(people.out()).contains("bird", "#");
        assertThat(people.err()).isEmpty();
    }

    @Test
    void evalMeasuresInTheModelAndOnTheStore() {
        JsonNode inModel =
                Ran.sae4j("eval", "--sae", made.resolve("sae"), "--tokens", "2k", "--json").json();
        JsonNode quickstart = first.json();
        for (String metric :
                List.of("explained_variance", "ce_loss_score", "ce_loss_clean", "l0")) {
            assertThat(inModel.path(metric)).as(metric).isEqualTo(quickstart.path(metric));
        }
        JsonNode onStore =
                Ran.sae4j(
                                "eval",
                                "--sae",
                                made.resolve("sae"),
                                "--activations",
                                made.resolve("store"),
                                "--json")
                        .json();
        assertThat(onStore.path("rows").asInt()).isEqualTo(20_000);
        assertThat(onStore.path("explained_variance").asDouble()).isBetween(0.4, 0.95);
        assertThat(onStore.has("ce_loss_score")).isFalse();
    }

    @Test
    void harvestTrainAndEvalDoTheSameStepByStep() {
        Path store = dir.resolve("step-store");
        Path sae = dir.resolve("step-sae");
        Ran harvest =
                Ran.sae4j("harvest", "--hook", "blocks.3.hook_resid_post", "--tokens", "20k")
                        .failed(2, "missing required option: '--out=STORE'");
        assertThat(harvest.out()).isEmpty();
        JsonNode harvested =
                Ran.sae4j(
                                "harvest",
                                "--hook",
                                "blocks.3.hook_resid_post",
                                "--tokens",
                                "20k",
                                "--out",
                                store,
                                "--json")
                        .json();
        assertThat(harvested.path("rows").asInt()).isEqualTo(20_000);
        assertThat(harvested.path("counts").path("split_documents").isNumber()).isTrue();
        assertThat(Ran.files(store)).isEqualTo(Ran.files(made.resolve("store")));
        JsonNode trained =
                Ran.sae4j(
                                "train",
                                "--activations",
                                store,
                                "--features",
                                256,
                                "--rows",
                                "20k",
                                "--out",
                                sae,
                                "--json")
                        .json();
        assertThat(trained.path("steps").asInt()).isEqualTo(19);
        assertThat(trained.path("tokens_per_second").asDouble()).isPositive();
        assertThat(Ran.names(sae))
                .containsExactly(
                        "cfg.json",
                        "recipe.yaml",
                        "run.json",
                        "sae_weights.safetensors",
                        "training.jsonl");
        String weights = "sae_weights.safetensors";
        assertThat(Ran.files(sae).get(weights))
                .isEqualTo(Ran.files(made.resolve("sae")).get(weights));
        Ran people = Ran.sae4j("eval", "--sae", sae, "--tokens", 500).ok();
        assertThat(people.out()).contains("explained_variance", "ce_loss_score");
    }
}
