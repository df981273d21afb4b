package dev.sae4j.cli;

import dev.sae4j.io.Json;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.UsageException;
import dev.sae4j.kernel.Workers;
import dev.sae4j.sae.Sae;
import dev.sae4j.train.TrainedSae;
import dev.sae4j.train.Trainer;
import dev.sae4j.train.TrainingResult;
import dev.sae4j.train.TrainingRun;
import dev.sae4j.train.recipe.Recipe;
import dev.sae4j.train.recipe.RecipeFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One call of `train`: a run from its start or from where it was stopped, to its end.
final class TrainingSession {
    private final Console console;
    private final List<Recipe> recipes;
    private final TrainingFolder folder;
    private final Settings settings;
    private final OutputFormat formats;
    private Optional<RunFile> before = Optional.empty();

    /// @param resume true to go on with what is there
    /// @param saveEvery steps between two states; 0 for about a minute
    /// @param logEvery steps between two lines; 0 for about 500 in all
    /// @param tensorboard true to write event files
    /// @param format of the SAEs; null for the usual one
    record Settings(
            boolean resume,
            long saveEvery,
            long logEvery,
            boolean tensorboard,
            @Nullable String format) {}

    TrainingSession(
            Console console, List<Recipe> recipes, TrainingFolder folder, Settings settings) {
        this.console = console;
        this.recipes = recipes;
        this.folder = folder;
        this.settings = settings;
        this.formats = new OutputFormat(console, settings.format());
    }

    /// Looks at where results are to go, before anything is opened.
    void checkFolder() {
        before = folder.check(settings.resume());
    }

    /// Trains, and writes what comes of it.
    ///
    /// @throws Sae4jException if training stopped early; the last good SAEs are written first
    void run(Workers workers, TrainingInput input) {
        RecipeNotes.of(recipes, input.inputs()).forEach(console::warn);
        List<Map<String, Object>> maps = recipes.stream().map(RecipeFiles::toMap).toList();
        if (settings.resume() && before.isPresent() && before.get().finished()) {
            requireSame(before.get(), RunFile.running(0, maps, input.identity()));
            finished(before.get());
            return;
        }
        if (settings.resume() && !folder.hasState()) {
            console.say(
                    "There is no state in %s to go on from: training begins at the start."
                            .formatted(folder.path()));
        }
        var options =
                new Trainer.Options(
                        input.validation(),
                        folder.state(),
                        settings.resume(),
                        settings.saveEvery(),
                        input.identity());
        var trainer = Trainer.of(workers, input.jobs(recipes), input.rows(), options);
        RunFile run = RunFile.running(trainer.length().steps(), maps, input.identity());
        console.ifInterrupted("run the same command again: no state was saved yet");
        List<TrainingResult> results;
        try (Listener listener = new Listener(run, input, total(trainer))) {
            results = trainer.run(listener);
            run = listener.run;
        }
        write(run, results, input);
    }

    private long total(Trainer trainer) {
        return trainer.length().steps() * recipes.getFirst().rowsPerStep();
    }

    /// Writes what a run is known by when its first step is done, so that one that cannot begin
    /// leaves nothing.
    private final class Listener extends RunListener {
        private final TrainingInput input;
        private RunFile run;
        private boolean begun;

        Listener(RunFile run, TrainingInput input, long rows) {
            super(console, logs(), console.progress("train", rows, "rows"));
            this.run = run;
            this.input = input;
        }

        @Override
        void begin(int index, TrainingRun member, long done) {
            formats.requireFormat(member, input.provenance(index, recipes.size()));
            if (begun) {
                return;
            }
            begun = true;
            if (done > 0) {
                console.say("Going on after step %d of %d.".formatted(done, run.steps()));
                sayHowToResume(done);
            }
            run = folder.begin(run, done == 0);
        }

        @Override
        public void snapshot(int index, TrainingRun member) {
            Map<String, Object> all = new LinkedHashMap<>(input.provenance(index, recipes.size()));
            all.put("training_steps", member.steps());
            all.put("training_tokens", member.tokens());
            all.put("recipe", RecipeFiles.toMap(member.recipe()));
            try (Sae sae = TrainedSae.snapshot(member, all)) {
                folder.writeSnapshot(index, member.tokens(), sae, formats.writer(sae));
            }
        }

        @Override
        public void saved(long step) {
            sayHowToResume(step);
        }

        private void sayHowToResume(long step) {
            console.ifInterrupted(
                    "add --resume to the same command: it goes on after step " + step);
        }
    }

    private List<TrainingLog> logs() {
        List<TrainingLog> logs = new ArrayList<>();
        for (int i = 0; i < folder.size(); i++) {
            Path member = folder.member(i);
            logs.add(
                    new TrainingLog(
                            member.resolve("training.jsonl"),
                            settings.tensorboard() ? member.resolve("tensorboard") : null,
                            settings.logEvery()));
        }
        return logs;
    }

    private void write(RunFile run, List<TrainingResult> results, TrainingInput input) {
        List<String> files = new ArrayList<>();
        String failure = null;
        for (int i = 0; i < results.size(); i++) {
            TrainingResult result = results.get(i);
            Map<String, Object> from = input.provenance(i, recipes.size());
            Map<String, Object> metadata = Provenance.of(from, result, null);
            try (Sae sae = TrainedSae.of(result, metadata)) {
                files.addAll(folder.writeSae(i, sae, formats.writer(sae)));
            }
            if (result.failure() != null) {
                String who = results.size() == 1 ? "" : folder.name(i) + ": ";
                String why = who + result.failure();
                failure = failure == null ? why : failure + "; " + why;
            }
        }
        folder.end(run, failure, files);
        if (failure != null) {
            throw new Sae4jException(
                    failure + "; the last good SAE has been written to " + folder.path());
        }
        report(results);
    }

    private void report(List<TrainingResult> results) {
        List<Map<String, Object>> all = new ArrayList<>();
        var text = new StringBuilder();
        for (int i = 0; i < results.size(); i++) {
            TrainingResult result = results.get(i);
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("out", folder.member(i).toString());
            one.put("recipe", result.recipe().name());
            one.put("steps", result.steps());
            one.put("tokens", result.tokens());
            one.put("dead_features", result.deadAtEnd());
            if (result.bestEpoch() > 0) {
                one.put("best_epoch", result.bestEpoch());
            }
            one.put("tokens_per_second", result.rowsPerSecond());
            all.add(one);
            text.append(
                    "%s: %d steps, %s rows/s, %d of %d features dead%s\n"
                            .formatted(
                                    folder.member(i),
                                    result.steps(),
                                    Numbers.count(result.rowsPerSecond()),
                                    result.deadAtEnd(),
                                    result.weights().dSae(),
                                    result.bestEpoch() > 0
                                            ? ", best epoch " + result.bestEpoch()
                                            : ""));
        }
        console.result(all.size() == 1 ? all.getFirst() : Map.of("saes", all), text::toString);
    }

    private void finished(RunFile run) {
        folder.state().clear();
        Map<String, Object> summary = new LinkedHashMap<>();
        summary.put("out", folder.path().toString());
        summary.put("steps", run.steps());
        summary.put("finished_before", true);
        console.result(
                summary,
                () ->
                        "%s: was finished before, after %d steps; nothing to do\n"
                                .formatted(folder.path(), run.steps()));
    }

    private void requireSame(RunFile was, RunFile is) {
        String difference = null;
        if (was.recipes().size() != is.recipes().size()) {
            difference =
                    "it had %d recipes, these are %d"
                            .formatted(was.recipes().size(), is.recipes().size());
        }
        for (int i = 0; difference == null && i < recipes.size(); i++) {
            Recipe old =
                    RecipeFiles.of(RunFile.NAME, Json.STRICT.valueToTree(was.recipes().get(i)));
            List<String> found = RecipeFiles.differences(old, recipes.get(i));
            difference = found.isEmpty() ? null : found.getFirst();
        }
        if (difference == null
                && !Json.STRICT
                        .valueToTree(was.data())
                        .equals(Json.STRICT.readTree(Json.STRICT.writeValueAsString(is.data())))) {
            difference = "it was trained on other activations";
        }
        if (difference != null) {
            throw new UsageException(
                    "%s is finished and cannot be resumed as something else: %s; choose another folder"
                            .formatted(folder.path(), difference));
        }
    }
}
