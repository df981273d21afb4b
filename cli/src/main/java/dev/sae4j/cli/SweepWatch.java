package dev.sae4j.cli;

import dev.sae4j.train.RunLength;
import dev.sae4j.train.sweep.CellResult;
import dev.sae4j.train.sweep.SweepCell;
import dev.sae4j.train.sweep.SweepListener;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Says how far a sweep is.
final class SweepWatch implements SweepListener, AutoCloseable {
    private static final int NAMED = 4;

    private final Console console;
    private final Set<String> told = new HashSet<>();
    private @Nullable Progress progress;

    SweepWatch(Console console) {
        this.console = console;
    }

    @Override
    public void beginsGroup(List<SweepCell> cells, RunLength length, int left) {
        close();
        String names =
                cells.stream().limit(NAMED).map(SweepCell::name).collect(Collectors.joining(", "));
        console.say(
                "Training %d of %d SAEs that are left: %s%s"
                        .formatted(cells.size(), left, names, cells.size() > NAMED ? ", ..." : ""));
        progress = console.progress("train", length.steps(), "steps");
    }

    @Override
    public void afterStep(long step, long steps) {
        if (progress != null) {
            progress.to(step);
        }
    }

    @Override
    public void finished(CellResult result) {
        close();
        if (result.failure() != null) {
            console.warn(result.name() + ": " + result.failure());
        }
        for (String loss : result.losses()) {
            if (told.add(loss.replaceAll("[0-9.]+", "#"))) { // once for all cells alike
                console.warn(result.name() + " and others like it: " + loss);
            }
        }
    }

    @Override
    public void skipped(CellResult result) {
        console.say(result.name() + " was finished before.");
    }

    @Override
    public void warn(String message) {
        console.warn(message);
    }

    @Override
    public void close() {
        if (progress != null) {
            progress.close();
            progress = null;
        }
    }
}
