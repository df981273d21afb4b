package dev.sae4j.cli;

import dev.sae4j.io.FileState;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.UsageException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;

/// Turns whatever went wrong into a sentence on stderr and an exit code.
final class Failures
        implements CommandLine.IParameterExceptionHandler, CommandLine.IExecutionExceptionHandler {
    private final Terminal terminal;

    Failures(Terminal terminal) {
        this.terminal = terminal;
    }

    /// The arguments cannot be understood: says what is wrong with them and what may be meant.
    @Override
    public int handleParseException(CommandLine.ParameterException e, String[] args) {
        CommandLine line = e.getCommandLine();
        String command = line.getCommandSpec().qualifiedName();
        boolean noVerb = line.getParent() == null && !(line.getCommand() instanceof Verb);
        var text = new StringBuilder(uncapitalised(e.getMessage()));
        List<String> near =
                e instanceof CommandLine.UnmatchedArgumentException unmatched
                        ? unmatched.getSuggestions()
                        : List.of();
        if (!near.isEmpty()) {
            text.append(": did you mean ")
                    .append(near.stream().limit(3).collect(Collectors.joining(" or ")))
                    .append('?');
        }
        if (noVerb) {
            text.append("\nVerbs: ").append(String.join(", ", line.getSubcommands().keySet()));
        }
        say(text + "\nSee: " + command + " --help");
        return ExitCode.USAGE;
    }

    /// A verb failed.
    @Override
    public int handleExecutionException(
            Exception e, CommandLine line, CommandLine.ParseResult parsed) {
        if (Interruption.isStopping()) {
            return ExitCode.SOFTWARE; // the interruption says what there is to say
        }
        Throwable cause =
                e instanceof CommandLine.ExecutionException && e.getCause() != null
                        ? e.getCause()
                        : e;
        CommandLine last = parsed.asCommandLineList().getLast();
        boolean verbose = last.getCommand() instanceof Verb verb && verb.common().verbose();
        boolean explained = isExplained(cause);
        String hint = explained || verbose ? "" : "\nSee where: add --verbose";
        if (cause instanceof UsageException) {
            hint += "\nSee: " + last.getCommandSpec().qualifiedName() + " --help";
        }
        say(sentence(cause) + hint);
        if (verbose) {
            cause.printStackTrace(terminal.err());
        }
        return cause instanceof UsageException ? ExitCode.USAGE : ExitCode.SOFTWARE;
    }

    private void say(String message) {
        terminal.err().println(terminal.errPaint().error("sae4j: ") + message);
    }

    private static boolean isExplained(Throwable e) {
        return e instanceof Sae4jException
                || e instanceof IOException
                || e instanceof UncheckedIOException
                || e instanceof OutOfMemoryError
                || FileState.explain(e).isPresent();
    }

    private static String sentence(Throwable e) {
        return switch (e) {
            case Sae4jException known -> String.valueOf(known.getMessage());
            case UncheckedIOException io -> ofFile(io.getCause());
            case IOException io -> ofFile(io);
            case OutOfMemoryError _ ->
                    "ran out of memory: the Java heap may take %s. Use fewer --features or a smaller --batch, or allow more with SAE4J_OPTS=-Xmx8g"
                            .formatted(Numbers.bytes(Runtime.getRuntime().maxMemory()));
            default -> FileState.explain(e).orElse("failed in a way that was not foreseen: " + e);
        };
    }

    private static String ofFile(@Nullable IOException e) {
        return switch (e) {
            case null -> "a file could not be read or written";
            case NoSuchFileException missing -> "[" + missing.getFile() + "] does not exist";
            case FileNotFoundException missing -> String.valueOf(missing.getMessage());
            case AccessDeniedException denied -> "[" + denied.getFile() + "] permission denied";
            case FileSystemException other ->
                    "["
                            + other.getFile()
                            + "] "
                            + (other.getReason() == null
                                    ? other.getClass().getSimpleName()
                                    : other.getReason());
            default -> "a file could not be read or written: " + e.getMessage();
        };
    }

    private static String uncapitalised(@Nullable String message) {
        return message == null || message.isEmpty()
                ? "wrong usage"
                : Character.toLowerCase(message.charAt(0)) + message.substring(1);
    }
}
