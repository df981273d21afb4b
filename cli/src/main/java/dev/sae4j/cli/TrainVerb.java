package dev.sae4j.cli;

import dev.sae4j.checkpoint.Checkpoints;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.UsageException;
import dev.sae4j.kernel.Workers;
import dev.sae4j.sae.Sae;
import dev.sae4j.store.ActivationStore;
import dev.sae4j.store.Shuffle;
import dev.sae4j.train.MemoryPlan;
import dev.sae4j.train.TrainedSae;
import dev.sae4j.train.Trainer;
import dev.sae4j.train.TrainingListener;
import dev.sae4j.train.TrainingResult;
import dev.sae4j.train.log.JsonLines;
import dev.sae4j.train.recipe.Recipe;
import dev.sae4j.train.recipe.RecipeFiles;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `sae4j train`: trains an SAE on stored activations.
@Command(
        name = "train",
        description = "Train a TopK SAE on stored activations.",
        footer = {
            "  sae4j train --activations store --features 3072 --k 16 --out my-sae",
            "  sae4j train --activations store --features 8192 --k 32 --rows 10M --learning-rate 1e-3 --out my-sae"
        })
final class TrainVerb extends Verb {
    private static final String TOP_K = "topk";

    @Option(
            names = "--activations",
            required = true,
            paramLabel = "STORE",
            description = "Folder made by 'harvest'.")
    private Path activations;

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "Folder to make.")
    private Path out;

    @Option(
            names = "--recipe",
            paramLabel = "NAME",
            description = "What to train: 'topk' (default: ${DEFAULT-VALUE}).")
    private String recipe = TOP_K;

    @Option(
            names = "--features",
            required = true,
            paramLabel = "N",
            description = "Features of the SAE (d_sae).")
    private Size features;

    @Option(
            names = "--k",
            paramLabel = "N",
            description = "Features active per token (default: ${DEFAULT-VALUE}).")
    private int k = 16;

    @Option(
            names = "--rows",
            paramLabel = "N",
            description = "Rows to train on, in several epochs if need be (default: all, once).")
    private @Nullable Size rows;

    @Option(
            names = "--learning-rate",
            paramLabel = "X",
            description = "Peak learning rate (default: 3e-3 * sqrt(4096 / features)).")
    private @Nullable Double learningRate;

    @Option(names = "--batch", paramLabel = "N", description = "Rows per step (default: 1024).")
    private @Nullable Integer batch;

    @Override
    void run(Console console) {
        if (!recipe.equals(TOP_K)) {
            throw new UsageException("--recipe '%s' is not known: there is topk".formatted(recipe));
        }
        try (ActivationStore store = ActivationStore.open(activations);
                Workers workers = common().workers()) {
            Recipe chosen = recipe(store);
            MemoryPlan.of(chosen, store.width(), store.width())
                    .check(Runtime.getRuntime().maxMemory());
            Outputs.check(out, Outputs.Kind.SAE);
            console.ifInterrupted("nothing has been written; run the same command again");
            TrainingResult result =
                    train(console, workers, store, chosen, out, out.resolve("training.jsonl"));
            Map<String, Object> summary = new LinkedHashMap<>();
            summary.put("out", out.toString());
            summary.put("steps", result.steps());
            summary.put("dead_features", result.deadAtEnd());
            summary.put("tokens_per_second", result.rowsPerSecond());
            console.result(
                    summary,
                    () ->
                            "%s: %d steps, %s rows/s, %d of %d features dead%n"
                                    .formatted(
                                            out,
                                            result.steps(),
                                            Numbers.count(result.rowsPerSecond()),
                                            result.deadAtEnd(),
                                            chosen.features(store.width())));
        }
    }

    /// Trains, and writes the SAE and the log of its training.
    ///
    /// @throws Sae4jException if training stopped early; the last good SAE is written first
    static TrainingResult train(
            Console console,
            Workers workers,
            ActivationStore store,
            Recipe recipe,
            Path folder,
            Path logFile) {
        TrainingResult result;
        try (var rows = store.shuffled(Shuffle.of(recipe.seed()));
                JsonLines log = JsonLines.create(logFile)) {
            var trainer = new Trainer(workers, List.of(recipe), rows, Trainer.Options.NONE);
            long steps = trainer.length().steps();
            try (Progress progress = console.progress("train", steps * recipe.batch(), "rows")) {
                result = trainer.run(new TrainingListener() {}).getFirst();
            }
        }
        Map<String, Object> metadata = Provenance.of(Provenance.of(store.info()), result, null);
        try (Sae sae = TrainedSae.of(result, metadata)) {
            Checkpoints.saeLens().write(sae, folder);
        }
        String failure = result.failure();
        if (failure != null) {
            throw new Sae4jException(failure + "; the last good SAE has been written to " + folder);
        }
        return result;
    }

    private Recipe recipe(ActivationStore store) {
        long count = rows == null ? store.rows() : rows.value();
        return RecipeFiles.with(
                RecipeFiles.preset(TOP_K),
                Map.of(
                        "features",
                        features.toInt("--features"),
                        "activation.k",
                        k,
                        "tokens",
                        count,
                        "seed",
                        common().seed()));
    }
}
