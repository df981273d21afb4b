package dev.sae4j.cli;

import dev.sae4j.checkpoint.Orientation;
import dev.sae4j.checkpoint.ReadOptions;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// How to read an SAE where its files leave that open.
@Command
final class ReadingOptions {
    @Option(
            names = "--format",
            paramLabel = "F",
            order = 50,
            description = "Format of the SAE (default: found out by content).")
    private @Nullable String format;

    @Option(
            names = "--orientation",
            paramLabel = "O",
            order = 51,
            description =
                    "How W_enc lies in the file, if it is square: in-out for [d_in, d_sae], out-in for [d_sae, d_in].")
    private @Nullable Orientation orientation;

    @Option(
            names = "--reading",
            paramLabel = "R",
            order = 52,
            description = "Which of the readings that 'inspect' lists (default: the first).")
    private @Nullable String reading;

    ReadOptions toOptions() {
        return new ReadOptions(format, orientation, reading);
    }
}
