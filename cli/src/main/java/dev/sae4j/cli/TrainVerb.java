package dev.sae4j.cli;

import dev.sae4j.checkpoint.Checkpoints;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.UsageException;
import dev.sae4j.kernel.Workers;
import dev.sae4j.lm.Hook;
import dev.sae4j.sae.Sae;
import dev.sae4j.store.ActivationStore;
import dev.sae4j.store.Shuffle;
import dev.sae4j.train.MemoryPlan;
import dev.sae4j.train.Recipe;
import dev.sae4j.train.Recipes;
import dev.sae4j.train.TrainedSae;
import dev.sae4j.train.Trainer;
import dev.sae4j.train.TrainingLog;
import dev.sae4j.train.TrainingResult;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
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
            MemoryPlan.of(chosen, store.width())
                    .check(chosen, store.width(), Runtime.getRuntime().maxMemory());
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
                                            chosen.dSae()));
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
        var log = new TrainingLog(recipe.batch());
        TrainingResult result;
        try (var rows = store.shuffled(Shuffle.of(recipe.seed()));
                Progress progress =
                        console.progress("train", recipe.steps() * recipe.batch(), "rows")) {
            result =
                    new Trainer(workers, recipe, rows)
                            .run((step, steps, found, rate) -> {
                                log.afterStep(step, steps, found, rate);
                                progress.note(
                                        String.format(
                                                Locale.ROOT,
                                                "explained variance %.3f, dead %d",
                                                1 - found.fvu(),
                                                found.dead()));
                                progress.to(step * recipe.batch());
                            });
        }
        String hook = Hook.parse(store.info().origin().hook()).transformerLensName();
        try (Sae sae = TrainedSae.of(result, store.info(), hook, null)) {
            Checkpoints.saeLens().write(sae, folder);
        }
        log.write(logFile);
        String failure = result.failure();
        if (failure != null) {
            throw new Sae4jException(failure + "; the last good SAE has been written to " + folder);
        }
        return result;
    }

    private Recipe recipe(ActivationStore store) {
        long count = rows == null ? store.rows() : rows.value();
        Recipe usual =
                Recipes.topK(
                        store.width(), features.toInt("--features"), k, count, common().seed());
        int perStep = batch == null ? usual.batch() : batch;
        var schedule =
                new Recipe.Schedule(
                        learningRate == null ? usual.schedule().learningRate() : learningRate,
                        usual.schedule().warmupSteps(),
                        usual.schedule().decayFrom());
        return new Recipe(
                usual.name(),
                usual.dSae(),
                usual.k(),
                usual.rows(),
                perStep,
                schedule,
                usual.adam(),
                usual.aux(),
                usual.decoder(),
                usual.biasInit(),
                usual.inputScale(),
                usual.seed());
    }
}
