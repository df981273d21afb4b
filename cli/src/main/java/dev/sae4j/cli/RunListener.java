package dev.sae4j.cli;

import dev.sae4j.train.TrainingListener;
import dev.sae4j.train.TrainingRun;
import dev.sae4j.train.Validation;
import dev.sae4j.train.engine.StepResult;
import java.util.List;
import java.util.Locale;

/// Hears of a training run: writes its logs and shows how far it is.
class RunListener implements TrainingListener, AutoCloseable {
    private final Console console;
    private final List<TrainingLog> logs;
    private final Progress progress;
    private final boolean[] begun;

    /// @param logs one for each SAE; closed with this
    /// @param progress in rows; closed with this
    RunListener(Console console, List<TrainingLog> logs, Progress progress) {
        this.console = console;
        this.logs = List.copyOf(logs);
        this.progress = progress;
        begun = new boolean[logs.size()];
    }

    /// After an SAE's first step in this process, before it is logged.
    ///
    /// @param done steps that were done before
    void begin(int index, TrainingRun run, long done) {}

    @Override
    public final void afterStep(int index, TrainingRun run, StepResult found) {
        if (!begun[index]) {
            begun[index] = true;
            long before = run.steps() - 1;
            begin(index, run, before);
            progress.beginAt(run.tokens() / run.steps() * before);
        }
        logs.get(index).afterStep(run, found);
        progress.note(
                String.format(
                        Locale.ROOT,
                        "explained variance %.3f, L0 %.1f, dead %d",
                        1 - found.fvu(),
                        found.l0(),
                        found.dead()));
        progress.to(run.tokens());
    }

    @Override
    public final void afterEpoch(int index, TrainingRun run, long epoch, Validation found) {
        logs.get(index).afterEpoch(run, epoch, found);
        console.say(
                String.format(
                        Locale.ROOT,
                        "  epoch %d: validation error %.5g, L0 %.1f, %d never fired",
                        epoch,
                        found.meanSquaredError(),
                        found.l0(),
                        found.neverFired()));
    }

    @Override
    public final void warn(String message) {
        console.warn(message);
    }

    @Override
    public void close() {
        progress.close();
        logs.forEach(TrainingLog::close);
    }
}
