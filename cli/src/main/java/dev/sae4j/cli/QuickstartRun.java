package dev.sae4j.cli;

import dev.sae4j.checkpoint.Checkpoints;
import dev.sae4j.features.ClearFeatures;
import dev.sae4j.features.FeatureBook;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.SafeFiles;
import dev.sae4j.kernel.Workers;
import dev.sae4j.lm.LanguageModel;
import dev.sae4j.lm.harvest.Harvest;
import dev.sae4j.lm.harvest.HarvestResult;
import dev.sae4j.sae.Sae;
import dev.sae4j.store.ActivationStore;
import dev.sae4j.store.Shuffle;
import dev.sae4j.train.MemoryPlan;
import dev.sae4j.train.TrainedSae;
import dev.sae4j.train.Trainer;
import dev.sae4j.train.TrainingResult;
import dev.sae4j.train.metric.Evaluation;
import dev.sae4j.train.metric.ModelEvaluation;
import dev.sae4j.train.recipe.Recipe;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The five steps of a quick start, told as they go.
final class QuickstartRun {
    private static final int SHOWN = 12;

    private final Console console;
    private final Workers workers;
    private final LanguageModel model;
    private final QuickstartPlan plan;
    private final Path out;

    QuickstartRun(
            Console console, Workers workers, LanguageModel model, QuickstartPlan plan, Path out) {
        this.console = console;
        this.workers = workers;
        this.model = model;
        this.plan = plan;
        this.out = out;
    }

    void run() {
        long began = System.nanoTime();
        say(
                1,
                "%s: %d layers of width %d. Text: %s."
                        .formatted(
                                model.name(),
                                model.spec().layers(),
                                model.spec().width(),
                                plan.texts().train().name()));
        model.tokenizer(); // a missing one is said now, not in the middle of the harvest
        Recipe recipe = plan.recipe();
        int width = model.spec().width();
        MemoryPlan.of(recipe, width, width).check(Runtime.getRuntime().maxMemory());
        Outputs.requireNoFile(out);
        Outputs.check(out.resolve("store"), Outputs.Kind.STORE);
        Outputs.check(out.resolve("sae"), Outputs.Kind.SAE);
        Outputs.check(out.resolve("features"), Outputs.Kind.FEATURES);
        harvest();
        try (var store = ActivationStore.open(out.resolve("store"))) {
            TrainingResult trained = train(recipe, store);
            Evaluation evaluation = evaluate(trained, store);
            try (Sae sae = save(trained, store, evaluation);
                    FeatureBook book = features(sae, store)) {
                List<Integer> clear = ClearFeatures.of(book, SHOWN);
                var report =
                        new QuickstartReport(plan, model, store.info(), evaluation, book, clear);
                SafeFiles.writeString(out.resolve("report.md"), report.markdown(out));
                double seconds = (System.nanoTime() - began) / 1e9;
                console.result(
                        result(evaluation, trained, report, seconds),
                        () -> report.text(console, out, seconds));
            }
        }
    }

    private void harvest() {
        say(
                2,
                "Harvesting %s activations at %s ..."
                        .formatted(Numbers.count(plan.harvest().tokens()), plan.harvest().hook()));
        console.ifInterrupted("run the same command again: harvesting starts over");
        Harvest harvest = Harvest.of(model, plan.texts().train(), plan.harvest(), workers);
        try (Progress progress = console.progress("harvest", plan.harvest().tokens(), "tokens")) {
            HarvestResult result =
                    harvest.toStore(out.resolve("store"), (rows, of, seen) -> progress.to(rows));
            progress.to(result.rows());
            if (result.counts().splitDocuments() > 0) {
                progress.note(result.counts().splitDocuments() + " long documents split");
            }
        }
    }

    private TrainingResult train(Recipe recipe, ActivationStore store) {
        say(
                3,
                "Training a TopK SAE: %d -> %s features, %d active per token ..."
                        .formatted(store.width(), plan.dSae(), plan.k()));
        console.ifInterrupted(
                "the activations are in %s: 'sae4j train --activations %s --features %d --k %d --out %s' trains on them, or run the same command again"
                        .formatted(
                                out.resolve("store"),
                                out.resolve("store"),
                                plan.dSae(),
                                plan.k(),
                                out.resolve("sae")));
        TrainingResult result;
        try (var rows = store.shuffled(Shuffle.of(recipe.seed()))) {
            var trainer = new Trainer(workers, List.of(recipe), rows, Trainer.Options.NONE);
            var log = new TrainingLog(out.resolve("training.jsonl"), null, 0);
            long total = trainer.length().steps() * recipe.batch();
            try (var listener =
                    new RunListener(
                            console, List.of(log), console.progress("train", total, "rows"))) {
                result = trainer.run(listener).getFirst();
            }
        }
        try (Sae sae = sae(result, store, null)) {
            Checkpoints.saeLens().write(sae, out.resolve("sae"));
        }
        String failure = result.failure();
        if (failure != null) {
            throw new Sae4jException(
                    failure + "; the last good SAE has been written to " + out.resolve("sae"));
        }
        return result;
    }

    private Evaluation evaluate(TrainingResult trained, ActivationStore store) {
        say(4, "Measuring it on text it has not seen ...");
        console.ifInterrupted(
                "the SAE is in %s: 'sae4j eval --sae %s --model M' measures it, or run the same command again"
                        .formatted(out.resolve("sae"), out.resolve("sae")));
        try (Sae sae = sae(trained, store, null);
                Progress progress =
                        console.progress("measure", plan.evaluation().tokens(), "tokens")) {
            return ModelEvaluation.run(
                    workers, model, sae, plan.texts().heldOut(), plan.evaluation(), progress::to);
        }
    }

    private Sae save(TrainingResult trained, ActivationStore store, Evaluation evaluation) {
        Sae sae = sae(trained, store, evaluation);
        Checkpoints.saeLens().write(sae, out.resolve("sae"));
        return sae;
    }

    private static Sae sae(
            TrainingResult trained, ActivationStore store, @Nullable Evaluation evaluation) {
        return TrainedSae.of(
                trained, Provenance.of(Provenance.of(store.info()), trained, evaluation));
    }

    private FeatureBook features(Sae sae, ActivationStore store) {
        say(5, "Finding what each feature means ...");
        console.ifInterrupted(
                "the SAE and its metrics are in %s; run the same command again to read its features"
                        .formatted(out.resolve("sae")));
        FeatureBook book = FeaturesVerb.read(console, workers, sae, store, model);
        book.write(out.resolve("features"));
        return book;
    }

    private Map<String, Object> result(
            Evaluation evaluation,
            TrainingResult trained,
            QuickstartReport report,
            double seconds) {
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("out", out.toString());
        result.put("model", model.name());
        result.put("hook", plan.harvest().hook().toString());
        result.put("d_in", model.spec().width());
        result.put("d_sae", plan.dSae());
        result.put("k", plan.k());
        result.putAll(evaluation.metrics());
        // of all tokens read, many more than the held-out ones
        result.put("dead_fraction_held_out", result.get("dead_fraction"));
        result.put("dead_fraction", report.deadFraction());
        result.put("tokens_per_second", trained.rowsPerSecond());
        result.put("seconds", seconds);
        result.put("clear_features", report.clear());
        return result;
    }

    private void say(int step, String text) {
        console.say(console.bold("[" + step + "/5]") + " " + text);
    }
}
