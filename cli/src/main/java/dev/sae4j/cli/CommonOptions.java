package dev.sae4j.cli;

import dev.sae4j.io.UsageException;
import dev.sae4j.kernel.Workers;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// The options that every verb has.
@Command
final class CommonOptions {
    private static final long USUAL_SEED = 42;

    @Option(
            names = "--json",
            order = 100,
            description = "Print the result as JSON on stdout, everything else on stderr.")
    private boolean json;

    @Option(
            names = {"-q", "--quiet"},
            order = 101,
            description = "Say nothing on the way.")
    private boolean quiet;

    @Option(
            names = {"-v", "--verbose"},
            order = 102,
            description = "Show stack traces of errors.")
    private boolean verbose;

    @Option(
            names = "--threads",
            order = 103,
            paramLabel = "N",
            description = "Threads to use (default: all processors).")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(
            names = "--seed",
            order = 104,
            paramLabel = "N",
            description = "Seed of everything random (default: 42).")
    private @Nullable Long seed;

    boolean json() {
        return json;
    }

    boolean quiet() {
        return quiet;
    }

    boolean verbose() {
        return verbose;
    }

    long seed() {
        return givenSeed().orElse(USUAL_SEED);
    }

    /// The seed, if one was given.
    OptionalLong givenSeed() {
        return seed == null ? OptionalLong.empty() : OptionalLong.of(seed);
    }

    /// A new team of `--threads` threads.
    Workers workers() {
        if (threads < 1) {
            throw new UsageException("--threads must be at least 1, got " + threads);
        }
        return Workers.of(threads);
    }
}
