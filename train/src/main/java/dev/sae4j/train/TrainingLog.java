package dev.sae4j.train;

import dev.sae4j.io.Json;
import dev.sae4j.io.SafeFiles;
import dev.sae4j.train.engine.StepResult;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Keeps every hundredth part of a run, one line of JSON each: `step`, `rows`, `loss` (squared error
/// per row, in units of the scaled input), `aux_loss`, `fvu` (of that batch), `l0`, `dead`,
/// `learning_rate`.
public final class TrainingLog implements TrainingListener {
    private static final int LINES = 100;

    private final int batch;
    private final List<String> lines = new ArrayList<>();

    /// @param batch rows per step
    public TrainingLog(int batch) {
        this.batch = batch;
    }

    @Override
    public void afterStep(long step, long steps, StepResult result, double learningRate) {
        long every = Math.max(1, steps / LINES);
        if (step % every != 0 && step != 1 && step != steps) {
            return;
        }
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("step", step);
        line.put("rows", step * batch);
        line.put("loss", result.loss());
        line.put("aux_loss", result.auxLoss());
        line.put("fvu", result.fvu());
        line.put("l0", result.l0());
        line.put("dead", result.dead());
        line.put("learning_rate", learningRate);
        lines.add(Json.STRICT.writeValueAsString(line));
    }

    /// Writes the lines, `training.jsonl` by custom.
    public void write(Path file) {
        SafeFiles.writeString(file, String.join("\n", lines) + "\n");
    }
}
