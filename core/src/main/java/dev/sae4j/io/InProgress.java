package dev.sae4j.io;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// The files and folders that are being written and do not bear their final names yet. They are
/// removed when writing fails and, by a shutdown hook, when the process is stopped (Ctrl-C).
final class InProgress {
    private static final Set<Path> PATHS = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime()
                .addShutdownHook(new Thread(() -> PATHS.forEach(InProgress::delete), "clean-up"));
    }

    private InProgress() {}

    static void add(Path path) {
        PATHS.add(path.toAbsolutePath());
    }

    /// The path has been renamed, or is to be removed: removes what is still there.
    static void discard(Path path) {
        Path absolute = path.toAbsolutePath();
        delete(absolute);
        PATHS.remove(absolute);
    }

    private static void delete(Path path) {
        try {
            if (!Files.exists(path)) {
                return;
            }
            Files.walkFileTree(
                    path,
                    new SimpleFileVisitor<>() {
                        @Override
                        public FileVisitResult visitFile(Path file, BasicFileAttributes a)
                                throws IOException {
                            Files.deleteIfExists(file);
                            return FileVisitResult.CONTINUE;
                        }

                        @Override
                        public FileVisitResult postVisitDirectory(
                                Path folder, @org.jspecify.annotations.Nullable IOException e)
                                throws IOException {
                            Files.deleteIfExists(folder);
                            return FileVisitResult.CONTINUE;
                        }
                    });
        } catch (IOException e) {
            // Left behind under its temporary name: harmless, and there is nothing better to do.
            System.getLogger(InProgress.class.getName())
                    .log(System.Logger.Level.WARNING, "could not remove " + path, e);
        }
    }
}
