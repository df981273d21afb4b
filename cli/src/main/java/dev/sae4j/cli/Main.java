package dev.sae4j.cli;

import dev.sae4j.checkpoint.Orientation;
import picocli.CommandLine;

/// Entry point. [#run] does the work and is what tests call; [#main] only exits.
public final class Main {
    private static final Runtime.Version OLDEST_JAVA = Runtime.Version.parse("25.0.3");

    private Main() {}

    /// Runs one command line and exits: 0 done, 1 failed, 2 wrong usage, 130 interrupted.
    public static void main(String[] args) {
        var interruption = Interruption.watch();
        int code = run(Terminal.ofProcess(), interruption, args);
        interruption.finished();
        System.exit(code);
    }

    /// Runs one command line.
    ///
    /// @param terminal where output goes
    /// @param interruption told what to say if the process is stopped
    /// @return the exit code
    public static int run(Terminal terminal, Interruption interruption, String... args) {
        try {
            if (Runtime.version().compareTo(OLDEST_JAVA) < 0) {
                terminal.err()
                        .println(
                                "sae4j: needs Java %s or newer, this is %s: install a newer JDK 25 and point JAVA_HOME to it"
                                        .formatted(OLDEST_JAVA, Runtime.version()));
                return 1;
            }
            return commandLine(terminal, interruption).execute(args);
        } finally {
            terminal.out().flush();
            terminal.err().flush();
        }
    }

    static CommandLine commandLine(Terminal terminal, Interruption interruption) {
        var line = new CommandLine(new Sae4j());
        for (Verb verb : Sae4j.verbs()) {
            line.addSubcommand(verb);
        }
        adopt(line, terminal, interruption);
        return line;
    }

    /// Sets up streams, errors and execution of a command line and of the verbs added to it so far.
    static void adopt(CommandLine line, Terminal terminal, Interruption interruption) {
        var failures = new Failures(terminal);
        line.setOut(terminal.out());
        line.setErr(terminal.err());
        line.setColorScheme(
                CommandLine.Help.defaultColorScheme(
                        terminal.outPaint().isOn()
                                ? CommandLine.Help.Ansi.ON
                                : CommandLine.Help.Ansi.OFF));
        line.setUsageHelpWidth(Math.clamp(terminal.width(), 60, 100));
        line.setUsageHelpAutoWidth(false);
        line.registerConverter(Size.class, Size::parse);
        line.registerConverter(Orientation.class, Main::orientation);
        line.setParameterExceptionHandler(failures);
        line.setExecutionExceptionHandler(failures);
        line.setExecutionStrategy(parsed -> execute(parsed, terminal, interruption));
    }

    private static Orientation orientation(String word) {
        try {
            return Orientation.of(word);
        } catch (IllegalArgumentException e) {
            throw new CommandLine.TypeConversionException(String.valueOf(e.getMessage()));
        }
    }

    private static int execute(
            CommandLine.ParseResult parsed, Terminal terminal, Interruption interruption) {
        Integer helped = CommandLine.executeHelpRequest(parsed);
        if (helped != null) {
            return helped;
        }
        var all = parsed.asCommandLineList();
        CommandLine last = all.getLast();
        if (!(last.getCommand() instanceof Verb verb)) {
            throw new CommandLine.ParameterException(last, "say what to do");
        }
        try {
            VectorModule.load();
            verb.run(new Console(terminal, verb.common(), interruption));
            return 0;
        } catch (Exception e) {
            throw new CommandLine.ExecutionException(last, verb.getClass().getSimpleName(), e);
        } catch (OutOfMemoryError | InternalError e) {
            throw new CommandLine.ExecutionException(last, verb.getClass().getSimpleName(), e);
        }
    }
}
