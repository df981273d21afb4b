package dev.sae4j.cli;

import dev.sae4j.io.UsageException;
import dev.sae4j.kernel.Workers;
import dev.sae4j.lm.LanguageModel;
import dev.sae4j.lm.data.TextSource;
import dev.sae4j.lm.data.WordNet;
import dev.sae4j.lm.harvest.Exclusion;
import dev.sae4j.lm.harvest.HarvestOptions;
import dev.sae4j.sae.Sae;
import dev.sae4j.store.ActivationStore;
import dev.sae4j.train.metric.Evaluation;
import dev.sae4j.train.metric.ModelEvaluation;
import dev.sae4j.train.metric.Reconstruction;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `sae4j eval`: measures an SAE.
@Command(
        name = "eval",
        description = {
            "Measure an SAE: on stored activations how well it reconstructs and how sparse it is; in its model also what the model loses.",
            "docs/reference/metrics.md has the formulas."
        },
        footer = {
            "  sae4j eval --sae quickstart/sae",
            "  sae4j eval --sae my-sae --activations store",
            "  sae4j eval --sae my-sae --model SmolLM2-135M --data heldout.txt --tokens 50k"
        })
final class EvalVerb extends Verb {
    @Mixin private SaeOptions sae = new SaeOptions();

    @Option(
            names = "--activations",
            paramLabel = "STORE",
            description = "Measure on these activations only, without a model.")
    private @Nullable Path activations;

    @Option(
            names = "--model",
            paramLabel = "M",
            description =
                    "'demo', a Hugging Face folder, a .gguf file or a hub id (default: ${DEFAULT-VALUE}).")
    private String model = Inputs.DEMO;

    @Mixin private DataOptions data = new DataOptions();

    @Option(
            names = "--hook",
            paramLabel = "H",
            description = "Where in the model (default: what the SAE says of itself).")
    private @Nullable String hook;

    @Option(
            names = "--tokens",
            paramLabel = "N",
            description = "Rows to measure (default: ${DEFAULT-VALUE}).")
    private Size tokens = new Size(QuickstartPlan.EVALUATION_ROWS);

    @Option(
            names = "--context",
            paramLabel = "N",
            description = "Most tokens in a context (default: 128, less if the model takes less).")
    private @Nullable Integer context;

    @Option(
            names = "--exclude",
            paramLabel = "LIST",
            description =
                    "Positions to leave out: none, or a list of first, special, norm, norm=20 (default: what the SAE says of itself, else first,special).")
    private @Nullable String exclude;

    @Override
    void run(Console console) {
        try (Sae opened = sae.open(console);
                Workers workers = common().workers()) {
            Evaluation evaluation =
                    activations == null
                            ? inModel(console, workers, opened)
                            : onActivations(console, workers, opened, activations);
            console.result(evaluation.metrics(), () -> text(console, evaluation));
        }
    }

    private static Evaluation onActivations(
            Console console, Workers workers, Sae opened, Path folder) {
        try (ActivationStore store = ActivationStore.open(folder);
                Progress progress = console.progress("measure", store.rows(), "rows")) {
            if (store.width() != opened.config().dIn()) {
                throw new UsageException(
                        "the SAE takes activations of width %d, the store has %d: it was made from another model"
                                .formatted(opened.config().dIn(), store.width()));
            }
            return new Evaluation(
                    Reconstruction.measure(workers, opened, store, progress::to), null);
        }
    }

    private Evaluation inModel(Console console, Workers workers, Sae opened) {
        ModelPlace place = ModelPlace.find(console, model);
        TextSource text = data.open(console, WordNet.NAME_HELD_OUT, place);
        try (LanguageModel language = place.open(console);
                Progress progress = console.progress("measure", tokens.value(), "tokens")) {
            var usual = HarvestOptions.of(Inputs.hook(hook, opened), tokens.value());
            var options =
                    new HarvestOptions(
                            usual.hook(),
                            usual.tokens(),
                            context(language, usual),
                            data.rule(),
                            exclusion(opened),
                            usual.dtype(),
                            usual.batchTokens());
            return ModelEvaluation.run(workers, language, opened, text, options, progress::to);
        }
    }

    private int context(LanguageModel language, HarvestOptions usual) {
        int most = language.spec().context();
        if (context != null && context > most) {
            throw new UsageException(
                    "--context %d is more than %s can read: at most %d tokens"
                            .formatted(context, language.name(), most));
        }
        return context == null ? Math.min(usual.context(), most) : context;
    }

    private Exclusion exclusion(Sae opened) {
        if (exclude != null) {
            return Exclusion.parse(exclude);
        }
        return opened.config().metadata().get("excluded_positions") instanceof String said
                ? Exclusion.parse(said)
                : Exclusion.FIRST_AND_SPECIAL;
    }

    private static String text(Console console, Evaluation evaluation) {
        var table = console.table("metric", "value");
        for (Map.Entry<String, Object> metric : evaluation.metrics().entrySet()) {
            Object value = metric.getValue();
            table.row(
                    metric.getKey(),
                    value instanceof Double d ? String.format(Locale.ROOT, "%.4f", d) : value);
        }
        return table.toString();
    }
}
