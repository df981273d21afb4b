package dev.sae4j.io;

import java.nio.file.Path;

/// A failure that the user can understand and act on: the message says what was found, where, what
/// was expected and, where there is something to do, what to do. Commands print it without a stack
/// trace and exit with 1.
public class Sae4jException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public Sae4jException(String message) {
        super(message);
    }

    public Sae4jException(String message, Throwable cause) {
        super(message, cause);
    }

    /// An error about one file: `[model.safetensors] tensor 'W_enc' ...`.
    public static Sae4jException in(Path file, String message) {
        return new Sae4jException("[" + shortName(file) + "] " + message);
    }

    /// As [#in(Path, String)], keeping the cause for `--verbose`.
    public static Sae4jException in(Path file, String message, Throwable cause) {
        return new Sae4jException("[" + shortName(file) + "] " + message, cause);
    }

    /// The last two parts of a path: enough to find the file, short enough to read.
    private static String shortName(Path file) {
        int n = file.getNameCount();
        return n <= 2 ? file.toString() : file.subpath(n - 2, n).toString();
    }
}
