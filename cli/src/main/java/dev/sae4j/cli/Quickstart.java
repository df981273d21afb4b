package dev.sae4j.cli;

import dev.sae4j.io.UsageException;
import dev.sae4j.kernel.Workers;
import dev.sae4j.lm.Hook;
import dev.sae4j.lm.LanguageModel;
import dev.sae4j.lm.data.WordNet;
import dev.sae4j.lm.harvest.Exclusion;
import dev.sae4j.lm.harvest.HarvestOptions;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `sae4j quickstart`: from text to readable features in one go.
@Command(
        name = "quickstart",
        description = {
            "From text to readable features in one go: harvest activations, train a TopK SAE, measure it, and find what its features mean.",
            "Without options it uses the small model and the WordNet glosses that come with the program; no network is needed."
        },
        footer = {
            "  sae4j quickstart",
            "  sae4j quickstart --model SmolLM2-135M --tokens 80k --out smol",
            "  sae4j quickstart --data notes.txt --hook resid_post.1"
        })
final class Quickstart extends Verb {
    private static final int DEMO_FEATURES = 4096;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description =
                    "Folder for store/, sae/, features/ and report.md (default: ${DEFAULT-VALUE}).")
    private Path out = Path.of("quickstart");

    @Option(
            names = "--model",
            paramLabel = "M",
            description =
                    "'demo', a Hugging Face folder, a .gguf file or a hub id (default: ${DEFAULT-VALUE}).")
    private String model = Inputs.DEMO;

    @Option(
            names = "--data",
            paramLabel = "D",
            description =
                    "'wordnet', a file (.txt, .jsonl, .csv, .parquet ...), a folder, a pattern or a data set on the hub (default: ${DEFAULT-VALUE}).")
    private String data = WordNet.NAME;

    @Option(
            names = "--hook",
            paramLabel = "H",
            description =
                    "Where in the model, such as resid_post.2 (default: the residual stream three quarters of the way through).")
    private @Nullable String hook;

    @Option(
            names = "--tokens",
            paramLabel = "N",
            description =
                    "Activations to harvest (default: 1M, fewer if the model is large: about a minute's work).")
    private @Nullable Size tokens;

    @Option(
            names = "--rows",
            paramLabel = "N",
            description =
                    "Rows to train on, in several passes over the activations if need be (default: 2M).")
    private Size rows = new Size(2_000_000);

    @Option(
            names = "--features",
            paramLabel = "N",
            description =
                    "Features of the SAE (default: 4096 for the demo, else 4 times the model's width).")
    private @Nullable Size features;

    @Option(
            names = "--k",
            paramLabel = "N",
            description = "Features active per token (default: ${DEFAULT-VALUE}).")
    private int k = 16;

    @Option(
            names = "--exclude",
            paramLabel = "LIST",
            description =
                    "Positions to leave out: none, or a list of first, special, norm (default: first,special, and norm for other models than the demo).")
    private @Nullable String exclude;

    @Override
    void run(Console console) {
        ModelPlace place = ModelPlace.find(console, model);
        try (LanguageModel opened = place.open(console);
                Workers workers = common().workers()) {
            QuickstartPlan plan = plan(opened, Inputs.texts(console, data, place));
            new QuickstartRun(console, workers, opened, plan, out).run();
        }
    }

    private QuickstartPlan plan(LanguageModel opened, Inputs.Texts texts) {
        boolean demo = model.equals(Inputs.DEMO);
        Hook at = hook == null ? Inputs.hook(opened) : Hook.parse(hook);
        opened.checkHook(at);
        int width = opened.spec().width();
        int dSae =
                features == null
                        ? (demo ? DEMO_FEATURES : 4 * width)
                        : features.toInt("--features");
        if (k > dSae) {
            throw new UsageException("--k %d is more than --features %d".formatted(k, dSae));
        }
        HarvestOptions usual =
                HarvestOptions.of(
                        at,
                        tokens == null ? QuickstartPlan.usualTokens(opened, at) : tokens.value());
        Exclusion excluded =
                exclude != null
                        ? Exclusion.parse(exclude)
                        : demo ? usual.exclude() : Exclusion.parse("first,special,norm");
        HarvestOptions harvest =
                new HarvestOptions(
                        at,
                        usual.tokens(),
                        Math.min(usual.context(), opened.spec().context()),
                        excluded,
                        usual.dtype(),
                        usual.batchTokens());
        return new QuickstartPlan(model, texts, harvest, dSae, k, rows.value(), common().seed());
    }
}
