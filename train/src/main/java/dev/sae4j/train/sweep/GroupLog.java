package dev.sae4j.train.sweep;

import dev.sae4j.io.Json;
import dev.sae4j.io.SafeFiles;
import dev.sae4j.train.RunLength;
import dev.sae4j.train.TrainingListener;
import dev.sae4j.train.TrainingRun;
import dev.sae4j.train.Validation;
import dev.sae4j.train.engine.StepResult;
import dev.sae4j.train.log.JsonLines;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// Writes `training.jsonl` of the cells of a group, about a hundred lines each and one an epoch, and
/// takes the time of each cell. A run that goes on cuts off what it is to do again.
final class GroupLog implements TrainingListener, AutoCloseable {
    private static final int LINES = 100;

    private final Path folder;
    private final List<SweepCell> cells;
    private final RunLength length;
    private final SweepListener listener;
    private final BiConsumer<SweepCell, TrainingRun> snapshots;
    private final @Nullable JsonLines[] logs;
    private final double[] seconds;
    private long mark = System.nanoTime();
    private long shown; // steps told of

    /// @param folder where the logs lie while the group is in training
    /// @param snapshots writes an SAE as it is
    GroupLog(
            Path folder,
            List<SweepCell> cells,
            RunLength length,
            SweepListener listener,
            BiConsumer<SweepCell, TrainingRun> snapshots) {
        this.folder = folder;
        this.cells = cells;
        this.length = length;
        this.listener = listener;
        this.snapshots = snapshots;
        this.logs = new JsonLines[cells.size()];
        this.seconds = new double[cells.size()];
    }

    /// The log of a cell while it is in training.
    static Path file(Path folder, SweepCell cell) {
        return folder.resolve(cell.name() + ".jsonl");
    }

    /// Seconds that a cell's steps took, about, those of runs before included.
    double seconds(int index) {
        return seconds[index];
    }

    @Override
    public void afterStep(int index, TrainingRun run, StepResult found) {
        long now = System.nanoTime();
        JsonLines log = log(index, run.steps() - 1);
        seconds[index] += (now - mark) / 1e9;
        long every = Math.max(1, length.steps() / LINES);
        if (run.steps() == 1 || run.steps() % every == 0 || run.steps() == length.steps()) {
            log.append(line(index, run, found));
        }
        if (run.steps() > shown) { // of the first that is still in training
            shown = run.steps();
            listener.afterStep(run.steps(), length.steps());
        }
        mark = System.nanoTime();
    }

    private Map<String, Object> line(int index, TrainingRun run, StepResult found) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("step", run.steps());
        line.put("rows", run.tokens());
        line.put("loss", found.loss());
        line.put("error", found.error());
        line.put("sparsity_loss", found.sparsity());
        line.put("aux_loss", found.aux());
        line.put("fvu", found.fvu());
        line.put("l0", found.l0());
        line.put("dead", found.dead());
        line.put("threshold", found.threshold());
        line.put("learning_rate", found.settings().learningRate());
        line.put("gradient_norm", found.gradientNorm());
        line.put("seconds", seconds[index]);
        return line;
    }

    @Override
    public void afterEpoch(int index, TrainingRun run, long epoch, Validation found) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("step", run.steps());
        line.put("epoch", epoch);
        line.put("validation_mse", found.meanSquaredError());
        line.put("validation_l0", found.l0());
        line.put("validation_never_fired", found.neverFired());
        line.put("seconds", seconds[index]);
        log(index, run.steps()).append(line);
        mark = System.nanoTime();
    }

    @Override
    public void snapshot(int index, TrainingRun run) {
        snapshots.accept(cells.get(index), run);
        mark = System.nanoTime();
    }

    @Override
    public void warn(String message) {
        listener.warn(message);
    }

    @Override
    public void saved(long step) {
        mark = System.nanoTime();
    }

    /// @param done steps that were done before
    private JsonLines log(int index, long done) {
        JsonLines open = logs[index];
        if (open == null) {
            Path file = file(folder, cells.get(index));
            open = JsonLines.resume(file, done);
            seconds[index] = lastSeconds(file);
            logs[index] = open;
        }
        return open;
    }

    private static double lastSeconds(Path file) {
        try {
            List<String> lines = Files.readAllLines(file);
            return lines.isEmpty()
                    ? 0
                    : Json.LENIENT.readTree(lines.getLast()).path("seconds").asDouble(0);
        } catch (IOException e) {
            throw SafeFiles.cannotRead(file, e);
        }
    }

    @Override
    public void close() {
        for (JsonLines log : logs) {
            if (log != null) {
                log.close();
            }
        }
    }
}
