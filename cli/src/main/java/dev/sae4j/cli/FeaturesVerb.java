package dev.sae4j.cli;

import dev.sae4j.features.FeatureBook;
import dev.sae4j.features.FeatureOptions;
import dev.sae4j.features.FeaturePass;
import dev.sae4j.io.UsageException;
import dev.sae4j.kernel.Workers;
import dev.sae4j.lm.LanguageModel;
import dev.sae4j.sae.Sae;
import dev.sae4j.store.ActivationStore;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `sae4j features`: finds what each feature of an SAE means.
@Command(
        name = "features",
        description = {
            "Find what each feature of an SAE means: how often it fires, its strongest examples in context, the tokens it raises, and a label from its words.",
            "Reads stored activations, so the model runs for its last layer only."
        },
        footer = {
            "  sae4j features --sae my-sae --activations store --out features",
            "  sae4j features --sae my-sae --activations store --model SmolLM2-135M --out features"
        })
final class FeaturesVerb extends Verb {
    @Mixin private SaeOptions sae = new SaeOptions();

    @Option(
            names = "--activations",
            required = true,
            paramLabel = "STORE",
            description = "Folder made by 'harvest', at the hook the SAE was trained on.")
    private Path activations;

    @Option(
            names = "--model",
            paramLabel = "M",
            description =
                    "The model of the activations: 'demo', a Hugging Face folder, a .gguf file or a hub id (default: ${DEFAULT-VALUE}).")
    private String model = Inputs.DEMO;

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "Folder to make.")
    private Path out;

    @Override
    void run(Console console) {
        Outputs.check(out, Outputs.Kind.FEATURES);
        try (Sae opened = sae.open(console);
                ActivationStore store = ActivationStore.open(activations);
                LanguageModel language = Inputs.model(console, model);
                Workers workers = common().workers()) {
            if (store.width() != language.spec().width()) {
                throw new UsageException(
                        "the activations have %d dimensions, %s has %d: name the model they come from with --model"
                                .formatted(
                                        store.width(), language.name(), language.spec().width()));
            }
            console.ifInterrupted("nothing has been written; run the same command again");
            try (FeatureBook book = read(console, workers, opened, store, language)) {
                book.write(out);
                long dead = 0;
                for (int f = 0; f < book.size(); f++) {
                    dead += book.summary(f).dead() ? 1 : 0;
                }
                Map<String, Object> summary = new LinkedHashMap<>();
                summary.put("out", out.toString());
                summary.put("features", book.size());
                summary.put("dead_fraction", (double) dead / book.size());
                long never = dead;
                console.result(
                        summary,
                        () ->
                                "%s: %d features, %d of them never fired on %d tokens%n"
                                        .formatted(out, book.size(), never, store.rows()));
            }
        }
    }

    /// Makes the feature book of an SAE from stored activations.
    static FeatureBook read(
            Console console, Workers workers, Sae sae, ActivationStore store, LanguageModel model) {
        var origin = store.info().origin();
        var usual = FeatureOptions.DEFAULT;
        var options =
                new FeatureOptions(
                        usual.examples(),
                        usual.window(),
                        usual.logitDepth(),
                        Map.of(
                                "model", origin.model(),
                                "hook", origin.hook(),
                                "dataset", origin.data()));
        try (Progress progress = console.progress("read", store.rows(), "tokens")) {
            return FeaturePass.run(workers, sae, store, model, options, progress::to);
        }
    }
}
