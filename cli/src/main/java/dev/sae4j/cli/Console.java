package dev.sae4j.cli;

import java.time.Instant;
import java.util.Map;
import java.util.function.Supplier;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// Where a verb speaks. Results go to stdout, as text or, with `--json`, as one JSON value;
/// narration, warnings and progress go to stderr, so that a result can always be piped.
public final class Console {
    private final Terminal terminal;
    private final CommonOptions options;
    private final Interruption interruption;

    Console(Terminal terminal, CommonOptions options, Interruption interruption) {
        this.terminal = terminal;
        this.options = options;
        this.interruption = interruption;
    }

    /// Gives the result of the command.
    ///
    /// @param value a record or map; names become snake_case keys
    /// @param text the same for people, lines ended by `\n`; asked for only without `--json`
    public void result(Object value, Supplier<String> text) {
        if (options.json()) {
            terminal.out().println(mapper().writeValueAsString(value));
        } else {
            terminal.out().print(text.get());
        }
        terminal.out().flush();
    }

    /// Shows a piece of a text that is still being written; nothing with `--json`, where the result
    /// has it all.
    public void piece(String text) {
        if (!options.json()) {
            terminal.out().print(text);
            terminal.out().flush();
        }
    }

    private static JsonMapper mapper() {
        return JsonMapper.builder()
                .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                .enable(SerializationFeature.INDENT_OUTPUT)
                .build();
    }

    /// Tells what is going on; silent with `--quiet`.
    public void say(String line) {
        if (!options.quiet()) {
            terminal.err().println(line);
        }
    }

    /// Tells what may be wrong, even with `--quiet`.
    public void warn(String line) {
        terminal.err().println(terminal.errPaint().warning("warning: ") + line);
    }

    /// Begins to show how far a long piece of work is; close it when done.
    ///
    /// @param what `harvest`, say
    /// @param total things to do; 0 if that is not known
    /// @param unit `tokens`, say
    public Progress progress(String what, long total, String unit) {
        return new Progress(
                options.quiet() ? Progress.Style.SILENT : style(), terminal, what, total, unit);
    }

    private Progress.Style style() {
        return terminal.live() ? Progress.Style.LIVE : Progress.Style.LINES;
    }

    /// Says how to go on if the process is stopped from now on, such as `add --resume to the same
    /// command`.
    public void ifInterrupted(String goOn) {
        interruption.goOn(goOn);
    }

    /// The variables of the process.
    public Map<String, String> environment() {
        return terminal.environment();
    }

    /// Emphasis in what is said.
    public String bold(String text) {
        return terminal.errPaint().bold(text);
    }

    /// Characters per line of results; for files a readable number.
    public int width() {
        return Math.min(terminal.width(), 110);
    }

    /// Characters per line of results; [Terminal#UNLIMITED] for files.
    int lineWidth() {
        return terminal.width();
    }

    /// What time it is, for rates.
    Instant now() {
        return terminal.clock().instant();
    }

    /// Colours for results.
    public Paint paint() {
        return terminal.outPaint();
    }

    /// A table for results, as wide as the terminal at most.
    public Table table(String... headings) {
        return new Table(terminal.width(), headings);
    }
}
