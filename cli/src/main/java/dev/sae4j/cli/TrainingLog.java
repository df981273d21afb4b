package dev.sae4j.cli;

import dev.sae4j.train.TrainingRun;
import dev.sae4j.train.Validation;
import dev.sae4j.train.engine.StepResult;
import dev.sae4j.train.log.EventFile;
import dev.sae4j.train.log.JsonLines;
import dev.sae4j.train.recipe.Architecture;
import dev.sae4j.train.recipe.AuxK;
import dev.sae4j.train.recipe.Loss;
import dev.sae4j.train.recipe.Recipe;
import dev.sae4j.train.recipe.Sparsity;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What is written down of one SAE's training: a line of JSON and, if wanted, a TensorBoard event
/// every so many steps. It goes on where a resumed run does. Two runs write the same but for
/// `tokens_per_second`.
final class TrainingLog implements AutoCloseable {
    private static final int LINES = 500;
    private static final long SYNC_EVERY_NANOS = 1_000_000_000L;

    private final Path file;
    private final @Nullable Path eventFolder;
    private final long every;
    private @Nullable JsonLines lines;
    private @Nullable EventFile events;
    private long lastNanos = System.nanoTime();
    private long lastTokens;
    private long lastSync = lastNanos;

    /// @param file `training.jsonl` by custom
    /// @param eventFolder for TensorBoard; null for none
    /// @param every steps between two lines; 0 for about 500 lines in all
    TrainingLog(Path file, @Nullable Path eventFolder, long every) {
        this.file = file;
        this.eventFolder = eventFolder;
        this.every = every;
    }

    /// Takes in a step.
    void afterStep(TrainingRun run, StepResult found) {
        JsonLines open = open(run, run.steps() - 1);
        long steps = run.length().steps();
        long each = every > 0 ? every : Math.max(1, steps / LINES);
        if (run.steps() % each == 0 || run.steps() == 1 || run.steps() == steps) {
            write(open, run.steps(), line(run, found));
        }
    }

    /// Takes in what rows said that are not trained on.
    void afterEpoch(TrainingRun run, long epoch, Validation found) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("step", run.steps());
        line.put("epoch", epoch);
        line.put("validation_mse", found.meanSquaredError());
        line.put("validation_l0", found.l0());
        line.put("validation_never_fired", found.neverFired());
        write(open(run, run.steps()), run.steps(), line);
    }

    /// Opens the files when the first step is done: before that it is not known where a run goes on.
    private JsonLines open(TrainingRun run, long doneBefore) {
        JsonLines open = lines;
        if (open == null) {
            open = JsonLines.resume(file, doneBefore);
            lines = open;
            lastTokens = run.tokens() - (run.steps() - doneBefore) * run.recipe().rowsPerStep();
            if (eventFolder != null) {
                events = EventFile.resume(eventFolder, doneBefore, InstantSource.system());
            }
        }
        return open;
    }

    private void write(JsonLines open, long step, Map<String, Object> line) {
        open.append(line);
        if (events != null) {
            events.scalars(step, line);
        }
        if (System.nanoTime() - lastSync > SYNC_EVERY_NANOS) {
            open.sync();
            lastSync = System.nanoTime();
        }
    }

    private Map<String, Object> line(TrainingRun run, StepResult found) {
        Recipe recipe = run.recipe();
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("step", run.steps());
        line.put("tokens", run.tokens());
        terms(line, run, found);
        line.put("fvu", found.fvu());
        line.put("l0", found.l0());
        line.put("dead", found.dead());
        schedules(line, recipe, found);
        line.put("grad_norm", found.gradientNorm());
        long now = System.nanoTime();
        double seconds = Math.max(1, now - lastNanos) / 1e9;
        line.put("tokens_per_second", (double) Math.round((run.tokens() - lastTokens) / seconds));
        lastNanos = now;
        lastTokens = run.tokens();
        return line;
    }

    private static void terms(Map<String, Object> line, TrainingRun run, StepResult found) {
        Loss loss = run.recipe().loss();
        line.put("loss", found.loss());
        line.put("error", found.error());
        if (loss.levels() != null) {
            line.put("full_error", found.fullError());
            line.put("level_errors", run.step().levelErrors().clone());
        }
        if (run.recipe().activation() instanceof Architecture.Gated) {
            line.put("gate_error", found.second());
        }
        if (loss.sparsity() != null) {
            line.put("sparsity", found.sparsity());
            line.put("coefficient", found.settings().coefficient());
        }
        if (loss.preActCoefficient() > 0) {
            line.put("pre_act", found.preAct());
        }
        AuxK aux = loss.aux();
        if ((aux != null && aux.coefficient() > 0) || loss.ghostGrads()) {
            line.put("aux", found.aux());
        }
        if (loss.multiTopK()) {
            line.put("multi_top_k", found.multiTopK());
        }
    }

    private static void schedules(Map<String, Object> line, Recipe recipe, StepResult found) {
        boolean running =
                switch (recipe.activation()) {
                    case Architecture.TopK a -> a.threshold() != null;
                    case Architecture.BatchTopK a -> a.threshold() != null;
                    default -> false;
                };
        if (running) {
            line.put("threshold", found.threshold());
        }
        line.put("learning_rate", found.settings().learningRate());
        if (recipe.activation() instanceof Architecture.TopK) {
            line.put("k", found.settings().k());
        }
        if (recipe.loss().sparsity() instanceof Sparsity.Lp) {
            line.put("p", found.settings().p());
        }
    }

    @Override
    public void close() {
        if (lines != null) {
            lines.sync();
            lines.close();
        }
        if (events != null) {
            events.sync();
            events.close();
        }
    }
}
