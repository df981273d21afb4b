package dev.sae4j.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A file as it was when somebody began to use it: whether it has been written since, under a map
/// say, is found in a moment.
///
/// @param file by its name
/// @param key of what the name stands for; null where the system has none
/// @param bytes of the file
/// @param written when it was written last
public record FileState(Path file, @Nullable Object key, long bytes, FileTime written) {
    /// The file as it is now.
    public static FileState of(Path file) {
        try {
            return read(file);
        } catch (IOException e) {
            throw SafeFiles.cannotRead(file, e);
        }
    }

    private static FileState read(Path file) throws IOException {
        var attributes = Files.readAttributes(file, BasicFileAttributes.class);
        return new FileState(
                file, attributes.fileKey(), attributes.size(), attributes.lastModifiedTime());
    }

    /// Checks that nobody has written the file. A new file under its name is no change, and neither is
    /// its removal: what was opened stays as it is.
    public void requireSame() {
        FileState now;
        try {
            now = read(file);
        } catch (NoSuchFileException e) {
            return;
        } catch (IOException e) {
            throw SafeFiles.cannotRead(file, e);
        }
        boolean other = key != null && !key.equals(now.key);
        if (!other && (bytes != now.bytes || !written.equals(now.written))) {
            throw Sae4jException.in(
                    file,
                    "was written while it was in use (%s): what has been computed since cannot be trusted. Put the right file in place, under another name first and then renamed, and run the command again"
                            .formatted(
                                    bytes == now.bytes
                                            ? "at %s".formatted(now.written)
                                            : "it had %d bytes, now it has %d"
                                                    .formatted(bytes, now.bytes)));
        }
    }

    /// What to say of an error that the system raised in the middle of a mapped file, which means that
    /// the file became shorter or its disk failed; empty for other errors.
    public static Optional<String> explain(Throwable error) {
        return error instanceof InternalError
                        && String.valueOf(error.getMessage()).contains("unsafe memory access")
                ? Optional.of(
                        "a file that was being read (weights, activations) was cut short meanwhile, or its disk failed: see that nothing writes to it, and run the command again")
                : Optional.empty();
    }
}
