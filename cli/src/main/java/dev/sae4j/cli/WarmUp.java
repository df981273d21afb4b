package dev.sae4j.cli;

import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/// Runs light verbs once and throws their output away. The launcher does this after a build while
/// the JVM records which classes they need (an AOT cache), so that every later start is short.
public final class WarmUp {
    private static final String TEXT = "a bird that lives near the water";

    private WarmUp() {}

    /// @param args SAEs to inspect, each with an `expected.safetensors` in it or beside it; nothing is
    ///     written
    public static void main(String[] args) {
        for (String options :
                new String[] {"--help", "inspect --help", "inspect --no-such-option"}) {
            run(options.split(" "));
        }
        activations();
        for (String sae : args) {
            run("inspect", sae);
            run("inspect", "--json", sae);
            encode(sae);
        }
    }

    /// All of `activations` but the computing, for a hook that the model does not have: what opens
    /// models and tokenizers.
    private static void activations() {
        run(
                "activations",
                "--text",
                TEXT,
                "--hook",
                "resid_post.99",
                "--output",
                "none.safetensors");
    }

    /// All of `encode` but the computing: the tensor is one that it refuses. Classes of the vector
    /// module, which the program loads itself, cannot be in an AOT cache.
    private static void encode(String sae) {
        Path path = Path.of(sae);
        Path beside = Files.isDirectory(path) ? path : path.resolveSibling("");
        String input = beside.resolve("expected.safetensors") + "#features";
        run("encode", "--sae", sae, "--input", input, "--output", "none.safetensors");
    }

    private static void run(String... args) {
        var terminal =
                Terminal.of(
                        OutputStream.nullOutputStream(),
                        OutputStream.nullOutputStream(),
                        "out,err",
                        Map.of("TERM", "xterm"));
        Main.run(terminal, Interruption.none(), args);
    }
}
