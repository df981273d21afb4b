package dev.sae4j.train.log;

import dev.sae4j.io.SafeFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// A file that grows at its end. Bytes are handed to the system at once, so they outlive the process.
final class AppendedFile implements AutoCloseable {
    private final Path file;
    private final FileChannel channel;

    private AppendedFile(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /// Opens a file, or makes it, and cuts it off behind `length` bytes.
    static AppendedFile openAt(Path file, long length) {
        try {
            Path parent = file.toAbsolutePath().getParent();
            if (parent != null) {
                Files.createDirectories(parent);
            }
            FileChannel channel =
                    FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            channel.truncate(length).position(length);
            return new AppendedFile(file, channel);
        } catch (IOException e) {
            throw SafeFiles.cannotWrite(file, e);
        }
    }

    Path path() {
        return file;
    }

    void append(ByteBuffer bytes) {
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            throw SafeFiles.cannotWrite(file, e);
        }
    }

    /// Waits until all of it is on the disk.
    void sync() {
        try {
            channel.force(false);
        } catch (IOException e) {
            throw SafeFiles.cannotWrite(file, e);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw SafeFiles.cannotWrite(file, e);
        }
    }
}
