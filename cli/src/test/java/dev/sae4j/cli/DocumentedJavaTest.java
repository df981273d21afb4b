package dev.sae4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sae4j.checkpoint.Checkpoints;
import dev.sae4j.checkpoint.ReadOptions;
import dev.sae4j.features.FeatureBook;
import dev.sae4j.features.collect.Example;
import dev.sae4j.kernel.Rows;
import dev.sae4j.kernel.Workers;
import dev.sae4j.lm.Hook;
import dev.sae4j.lm.LanguageModel;
import dev.sae4j.lm.TextMemory;
import dev.sae4j.lm.TokenBatch;
import dev.sae4j.lm.data.TextSource;
import dev.sae4j.lm.generate.GenerateOptions;
import dev.sae4j.lm.generate.Generator;
import dev.sae4j.lm.generate.Intervention;
import dev.sae4j.lm.generate.Sampling;
import dev.sae4j.lm.harvest.Harvest;
import dev.sae4j.lm.harvest.HarvestOptions;
import dev.sae4j.lm.hub.Hub;
import dev.sae4j.lm.hub.HubId;
import dev.sae4j.lm.hub.HubListener;
import dev.sae4j.lm.hub.HubSelection;
import dev.sae4j.lm.hub.HubSettings;
import dev.sae4j.sae.Sae;
import dev.sae4j.sae.SparseCodes;
import dev.sae4j.store.ActivationStore;
import dev.sae4j.store.Shuffle;
import dev.sae4j.train.TrainedSae;
import dev.sae4j.train.Trainer;
import dev.sae4j.train.TrainingListener;
import dev.sae4j.train.metric.ModelEvaluation;
import dev.sae4j.train.metric.Reconstruction;
import dev.sae4j.train.recipe.Recipe;
import dev.sae4j.train.recipe.RecipeFiles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The Java of the documentation, run. [#everyBlockIsHere] looks for each Java block of the pages in
/// this file, so what compiles here is what the pages show.
class DocumentedJavaTest {
    private static final Documents DOCUMENTS = Documents.ofProject();
    private static final PrintStream OUT = System.out;

    private final ByteArrayOutputStream said = new ByteArrayOutputStream();

    @TempDir static Path folder;

    @BeforeEach
    void listen() {
        System.setOut(new PrintStream(said, true, StandardCharsets.UTF_8));
    }

    @AfterEach
    void stopListening() {
        System.setOut(OUT);
    }

    private List<String> said() {
        return said.toString(StandardCharsets.UTF_8).lines().toList();
    }

    @BeforeAll
    static void quickstart() throws IOException {
        String text = DocumentedCommand.text(folder.resolve("text.txt")).toString();
        String out = folder.resolve("quickstart").toString();
        String[] arguments = {
            "quickstart",
            "--data",
            text,
            "--out",
            out,
            "--features",
            "64",
            "--tokens",
            "2000",
            "--rows",
            "2000"
        };
        int code = Main.run(DocumentedCommand.silent(), Interruption.none(), arguments);
        assertThat(code).isZero();
    }

    @Test
    void featuresOfAText() {
        Path folder = DocumentedJavaTest.folder.resolve("quickstart/sae");
        try (var sae = Sae.load(folder); // quickstart/sae, or an SAE of any known format
                var model = LanguageModel.demo();
                var workers = Workers.ofAllProcessors()) {
            int[] tokens = model.tokenizer().encode("a bird that sings at night").ids();
            model.forward(workers, TokenBatch.of(List.of(tokens)))
                    .read(
                            Hook.parse("resid_post.3"),
                            (x, n, d) -> IO.println(sae.encode(workers, Rows.of(x, n, d)).l0()))
                    .run();
        }
        assertThat(said()).hasSize(1);
        assertThat(Double.parseDouble(said().getFirst())).isBetween(0.1, 16.0);
    }

    @Test
    void fromTextToAnSae() {
        Path storeFolder = folder.resolve("store");
        Path saeFolder = folder.resolve("java-sae");
        int rows = 2000;
        int features = 64;
        try (var workers = Workers.ofAllProcessors();
                var model = LanguageModel.demo()) {
            var hook = Hook.parse("resid_post.3");
            var text = TextSource.open("wordnet");
            var options = HarvestOptions.of(hook, rows);
            Harvest.of(model, text, options, workers).toStore(storeFolder, (kept, of, seen) -> {});
            try (var store = ActivationStore.open(storeFolder);
                    var source = store.shuffled(Shuffle.of(42))) {
                Recipe recipe =
                        RecipeFiles.with(
                                RecipeFiles.preset("topk"),
                                Map.of("features", features, "activation.k", 16, "tokens", rows));
                var trainer = new Trainer(workers, List.of(recipe), source, Trainer.Options.NONE);
                var trained = trainer.run(TrainingListener.NONE).getFirst();
                Map<String, Object> metadata = new HashMap<>(TrainedSae.facts(trained));
                metadata.put("hook_name", hook.transformerLensName());
                try (Sae sae = TrainedSae.of(trained, metadata)) {
                    Checkpoints.saeLens().write(sae, saeFolder);
                    IO.println(Reconstruction.measure(workers, sae, store, done -> {}));
                    var unseen = TextSource.open("wordnet-held-out");
                    var heldOut = HarvestOptions.of(hook, 500);
                    var found =
                            ModelEvaluation.run(workers, model, sae, unseen, heldOut, done -> {});
                    IO.println(found.metrics());
                }
            }
        }
        try (Sae sae = Sae.load(saeFolder)) {
            assertThat(sae.config().dSae()).isEqualTo(features);
            assertThat(sae.config().metadata()).containsKey("recipe");
        }
    }

    @Test
    void aRecipeOfOnesOwn() {
        Recipe usual = RecipeFiles.preset("topk");
        Recipe own =
                RecipeFiles.with(usual, List.of("start.decoder=data", "learning_rate.peak=4e-3"));
        IO.println(RecipeFiles.toYaml(own));
        assertThat(RecipeFiles.differences(own, usual))
                .containsExactlyInAnyOrder(
                        "start.decoder: data, not gaussian",
                        "learning_rate.peak: 0.004, not 0.0015");
    }

    @Test
    void anSaeOfAnyFormat() {
        Path folder = DocumentedJavaTest.folder.resolve("quickstart/sae");
        Path converted = DocumentedJavaTest.folder.resolve("converted");
        int n = 2;
        float[] activations = new float[n * 192];
        activations[5] = 3;
        try (var workers = Workers.ofAllProcessors();
                var sae = Checkpoints.open(folder, ReadOptions.NONE)) {
            sae.readings().forEach(r -> IO.println(r.name() + ": " + r.meaning()));
            Rows x = Rows.of(activations, n, sae.config().dIn());
            SparseCodes codes = sae.encode(workers, x);
            float[] reconstruction = new float[n * sae.config().dOut()];
            sae.decode(workers, x, codes, reconstruction);
            Checkpoints.writer("dictionary_learning").write(sae, converted);
        }
        assertThat(said()).contains("default: the only one");
        assertThat(converted.resolve("ae.pt")).isRegularFile();
    }

    @Test
    void codesAreCompressedRows() {
        Path folder = DocumentedJavaTest.folder.resolve("quickstart/sae");
        int n = 3;
        float[] x = new float[n * 192];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) Math.sin(i);
        }
        try (var workers = Workers.ofAllProcessors();
                var sae = Sae.load(folder)) {
            SparseCodes codes = sae.encode(workers, Rows.of(x, n, 192));
            for (int row = 0; row < codes.rows(); row++) {
                for (int i = codes.rowStart()[row]; i < codes.rowStart()[row + 1]; i++) {
                    IO.println(row + ": feature " + codes.feature()[i] + " = " + codes.value()[i]);
                }
            }
            float[] reconstruction = new float[n * 192]; // [n, d_in]
            sae.decode(workers, Rows.of(x, n, 192), codes, reconstruction);
            assertThat(reconstruction).isNotEqualTo(new float[n * 192]);
        }
        assertThat(said()).isNotEmpty();
    }

    @Test
    void aFeatureBook() {
        Path folder = DocumentedJavaTest.folder.resolve("quickstart/features");
        try (var book = FeatureBook.open(folder)) {
            var text = book.text().orElseThrow();
            for (int f = 0; f < book.size(); f++) {
                IO.println(f + " " + book.label(f).text() + " " + book.summary(f).density());
                for (Example example : book.examples(f)) {
                    IO.println(example.activation() + " " + String.join("", example.texts(text)));
                }
            }
        }
        assertThat(said().size()).isGreaterThan(64);
    }

    @Test
    void aModelFromTheHub() {
        Path home = folder.resolve("home");
        try (var fake = DocumentedHub.open()) {
            var environment = DocumentedHub.environment(fake, home);
            try (var hub = Hub.open(HubSettings.of(environment, home))) {
                var id = HubId.parse("HuggingFaceTB/SmolLM2-135M");
                Path model = hub.fetch(id, HubSelection.model(), HubListener.NONE).place();
                IO.println(model);
            }
            assertThat(said().getFirst()).endsWith(fake.model("HuggingFaceTB/SmolLM2-135M").head());
        }
    }

    @Test
    void steering() {
        try (var model = LanguageModel.demo();
                var sae = Sae.load(folder.resolve("quickstart/sae"));
                var workers = Workers.of(2)) {
            var hook = Hook.parse("resid_post.3");
            var generator = Generator.of(model, workers);
            var options = GenerateOptions.greedy(30).with(Sampling.of(0.7, 42).withTopP(0.9));
            var steered = generator.with(Intervention.steer(sae, 12, 20));
            IO.println(steered.generate("thing: a kind of", options).text());
            float[] direction = new float[model.width(hook)]; // a direction of your own
            direction[0] = 1;
            int[] prompt = generator.tokens("thing: a kind of");
            generator
                    .with(Intervention.add(hook, direction, 8))
                    .generate(prompt, options, IO::print);

            TextMemory memory = model.memory();
            model.forward(workers, memory, 0, 80, 374).logits(new int[] {2});
            float[] logits = // one token further
                    model.forward(workers, memory, 27).logits(new int[] {0});
            assertThat(logits).hasSize(model.spec().vocabulary());
            assertThat(memory.length()).isEqualTo(4);
        }
        assertThat(String.join("", said())).hasSizeGreaterThan(20);
    }

    @Test
    void everyBlockIsHere() {
        Path source =
                DOCUMENTS.root().resolve("cli/src/test/java/dev/sae4j/cli/DocumentedJavaTest.java");
        String here = normal(Documents.lines(source));
        List<Documents.Block> blocks =
                DOCUMENTS.blocks().stream().filter(b -> b.language().equals("java")).toList();
        assertThat(blocks).hasSizeGreaterThanOrEqualTo(3);
        for (Documents.Block block : blocks) {
            assertThat(here)
                    .as("%s:%d is in DocumentedJavaTest", block.file(), block.line())
                    .contains(normal(block.lines()));
        }
    }

    /// Without indentation; imports are left out, they stand elsewhere.
    private static String normal(List<String> lines) {
        var text = new StringBuilder();
        for (String line : lines) {
            if (!line.startsWith("import ") && !line.isBlank()) {
                text.append(line.strip()).append('\n');
            }
        }
        return text.toString();
    }
}
