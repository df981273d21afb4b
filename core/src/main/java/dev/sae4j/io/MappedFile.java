package dev.sae4j.io;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// The bytes of a whole file, mapped read-only; what is made from them may live as long.
///
/// @param file the file
/// @param bytes all of it
/// @param arena owns the mapping and whatever readers allocate beside it
record MappedFile(Path file, MemorySegment bytes, Arena arena) implements AutoCloseable {
    static MappedFile open(Path file) {
        if (Files.isDirectory(file)) {
            throw Sae4jException.in(file, "is a folder, not a file");
        }
        Arena arena = Arena.ofShared();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            var bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
            return new MappedFile(file, bytes, arena);
        } catch (IOException e) {
            arena.close();
            throw SafeFiles.cannotRead(file, e);
        }
    }

    /// Runs a reader and closes the file if it fails.
    <T> T parse(java.util.function.Function<MappedFile, T> reader) {
        try {
            return reader.apply(this);
        } catch (RuntimeException | StackOverflowError e) {
            close();
            throw e;
        }
    }

    @Override
    public void close() {
        arena.close();
    }
}
