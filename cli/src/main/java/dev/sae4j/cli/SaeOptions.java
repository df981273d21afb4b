package dev.sae4j.cli;

import dev.sae4j.checkpoint.Checkpoints;
import dev.sae4j.sae.Sae;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// The SAE that a verb works with.
@Command
final class SaeOptions {
    @Option(
            names = "--sae",
            required = true,
            paramLabel = "S",
            description = "SAE file or folder, of any known format.")
    private Path path;

    @Mixin private ReadingOptions reading = new ReadingOptions();

    Path path() {
        return path;
    }

    Sae open() {
        return Checkpoints.open(path, reading.toOptions());
    }
}
