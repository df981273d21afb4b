package dev.sae4j.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Map;

/// The two output streams of a process and what can be shown on them. Text is UTF-8 whatever the
/// locale says.
///
/// @param out results
/// @param err everything else
/// @param outPaint colours on `out`
/// @param errPaint colours on `err`
/// @param live true if a line of `err` can be rewritten
/// @param width characters per line; [#UNLIMITED] if results go to a file
/// @param clock for rates and times left
/// @param environment variables of the process
public record Terminal(
        PrintWriter out,
        PrintWriter err,
        Paint outPaint,
        Paint errPaint,
        boolean live,
        int width,
        InstantSource clock,
        Map<String, String> environment) {
    /// Width of what is no terminal: nothing is cut off.
    static final int UNLIMITED = 100_000;

    private static final int USUAL_WIDTH = 80;

    /// The streams of this process. The launcher says which are terminals, and how wide
    /// (`-Dsae4j.terminal=out,err`, `COLUMNS`); without it the JDK is asked.
    static Terminal ofProcess() {
        return of(
                new FileOutputStream(FileDescriptor.out),
                new FileOutputStream(FileDescriptor.err),
                System.getProperty("sae4j.terminal", asTheJdkSees()),
                System.getenv());
    }

    @SuppressWarnings(
            "SystemConsoleNull") // never null since JDK 22; the nullness model does not know
    private static String asTheJdkSees() {
        java.io.Console console = System.console();
        return console != null && console.isTerminal() ? "out,err" : "";
    }

    /// @param terminals which of `out` and `err` are terminals
    /// @param environment `NO_COLOR`, `TERM` and `COLUMNS` count here, others for verbs
    static Terminal of(
            OutputStream out, OutputStream err, String terminals, Map<String, String> environment) {
        boolean capable = !environment.getOrDefault("TERM", "dumb").equals("dumb");
        boolean colours = capable && environment.getOrDefault("NO_COLOR", "").isEmpty();
        boolean outIsTerminal = terminals.contains("out");
        boolean errIsTerminal = terminals.contains("err");
        return new Terminal(
                writer(out),
                writer(err),
                new Paint(colours && outIsTerminal),
                new Paint(colours && errIsTerminal),
                capable && errIsTerminal,
                outIsTerminal ? columns(environment) : UNLIMITED,
                InstantSource.system(),
                environment);
    }

    private static PrintWriter writer(OutputStream stream) {
        return new PrintWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8), true);
    }

    private static int columns(Map<String, String> environment) {
        try {
            int columns = Integer.parseInt(environment.getOrDefault("COLUMNS", ""));
            return columns >= 20 ? columns : USUAL_WIDTH;
        } catch (NumberFormatException e) {
            return USUAL_WIDTH;
        }
    }
}
