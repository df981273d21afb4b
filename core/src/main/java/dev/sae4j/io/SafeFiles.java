package dev.sae4j.io;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/// Writing beside, syncing and renaming, so that a reader never meets half a file; and one place
/// that turns I/O errors into sentences.
public final class SafeFiles {
    private SafeFiles() {}

    /// What to write into a file.
    public interface Body {
        void writeTo(OutputStream out) throws IOException;
    }

    /// Writes a file beside its final name, syncs it and renames it into place.
    public static void write(Path file, Body body) {
        Path part = file.resolveSibling("." + file.getFileName() + ".part");
        try {
            Path parent = file.toAbsolutePath().getParent();
            if (parent != null) {
                Files.createDirectories(parent);
            }
            InProgress.add(part);
            try (FileChannel channel =
                            FileChannel.open(
                                    part,
                                    StandardOpenOption.CREATE,
                                    StandardOpenOption.TRUNCATE_EXISTING,
                                    StandardOpenOption.WRITE);
                    OutputStream out =
                            new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16)) {
                body.writeTo(out);
                out.flush();
                channel.force(true);
            }
            Files.move(
                    part,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw cannotWrite(file, e);
        } finally {
            InProgress.discard(part);
        }
    }

    /// Writes UTF-8 text as [#write] does.
    public static void writeString(Path file, String text) {
        write(file, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
    }

    /// Syncs the names in a folder, where the file system can do that (Windows needs no such thing).
    static void syncFolder(@Nullable Path folder) {
        if (folder == null) {
            return;
        }
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            System.getLogger(SafeFiles.class.getName())
                    .log(System.Logger.Level.DEBUG, "could not sync " + folder, e);
        }
    }

    /// The sentence for a file that cannot be read.
    public static Sae4jException cannotRead(Path file, IOException e) {
        if (e instanceof NoSuchFileException) {
            return Sae4jException.in(file, "does not exist", e);
        }
        if (e instanceof AccessDeniedException) {
            return Sae4jException.in(file, "may not be read: permission denied", e);
        }
        if (e instanceof CharacterCodingException) {
            return Sae4jException.in(
                    file, "is not UTF-8 text: convert it first (iconv -t UTF-8)", e);
        }
        return Sae4jException.in(file, "cannot be read: " + reason(e), e);
    }

    /// The sentence for a file that cannot be written; says so when the disk is full.
    public static Sae4jException cannotWrite(Path file, IOException e) {
        if (e instanceof AccessDeniedException) {
            return Sae4jException.in(file, "may not be written: permission denied", e);
        }
        if (String.valueOf(e.getMessage()).contains("No space left")) {
            return Sae4jException.in(
                    file,
                    "cannot be written: the disk is full. What was half-written has been removed; free some space and run the command again",
                    e);
        }
        return Sae4jException.in(file, "cannot be written: " + reason(e), e);
    }

    private static String reason(IOException e) {
        if (e instanceof FileSystemException f && f.getReason() != null) {
            return f.getReason();
        }
        return String.valueOf(e.getMessage());
    }
}
