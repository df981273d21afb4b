package dev.sae4j.cli;

import dev.sae4j.checkpoint.CheckpointWriter;
import dev.sae4j.checkpoint.Checkpoints;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.UsageException;
import dev.sae4j.sae.Sae;
import dev.sae4j.train.TrainedSae;
import dev.sae4j.train.TrainingRun;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// In which format trained SAEs are written.
final class OutputFormat {
    private static final String OTHERWISE = "sparsify";

    private final Console console;
    private final List<CheckpointWriter> writers;

    /// @param name what `--format` said; null for SAELens' or, where SAELens has no such SAE, sparsify's
    OutputFormat(Console console, @Nullable String name) {
        this.console = console;
        writers =
                name == null
                        ? List.of(Checkpoints.saeLens(), Checkpoints.writer(OTHERWISE))
                        : List.of(Checkpoints.writer(name));
    }

    /// Refuses to train what could not be written in the end.
    void requireFormat(TrainingRun run, Map<String, Object> metadata) {
        String reason = "";
        try (Sae sae = TrainedSae.snapshot(run, metadata)) {
            for (CheckpointWriter writer : writers) {
                try {
                    writer.fit(sae);
                    return;
                } catch (Sae4jException e) {
                    reason = String.valueOf(e.getMessage());
                }
            }
        }
        throw new UsageException(
                "what recipe '%s' makes of these activations could not be written: %s"
                        .formatted(run.recipe().name(), reason));
    }

    /// The writer for an SAE; tells what of it is lost.
    CheckpointWriter writer(Sae sae) {
        for (CheckpointWriter writer : writers) {
            try {
                writer.fit(sae).losses().forEach(console::warn);
                return writer;
            } catch (Sae4jException e) {
                System.getLogger(OutputFormat.class.getName())
                        .log(System.Logger.Level.DEBUG, "another format is taken", e);
            }
        }
        return writers.getFirst(); // says why it cannot
    }
}
