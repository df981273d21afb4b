package dev.sae4j.cli;

import java.io.OutputStream;
import java.util.Map;

/// Runs light verbs once and throws their output away. The launcher does this after a build while
/// the JVM records which classes they need (an AOT cache), so that every later start is short.
public final class WarmUp {
    private WarmUp() {}

    /// @param args an SAE to inspect; nothing else is read or written
    public static void main(String[] args) {
        for (String options :
                new String[] {"--help", "inspect --help", "inspect --no-such-option"}) {
            run(options.split(" "));
        }
        for (String sae : args) {
            run("inspect", sae);
            run("inspect", "--json", sae);
        }
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
