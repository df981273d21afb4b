package dev.sae4j.io;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/// The files and folders that are being written and do not bear their final names yet. They are
/// removed when writing fails and, by a shutdown hook, when the process is stopped (Ctrl-C).
final class InProgress {
    private static final Set<Path> PATHS = ConcurrentHashMap.newKeySet();
    private static final AtomicBoolean STOPPING = new AtomicBoolean();

    /// Other threads may go on writing while the process stops: a folder may need a second look.
    private static final int ATTEMPTS = 5;

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(InProgress::cleanUp, "clean-up"));
    }

    private InProgress() {}

    /// @throws Sae4jException if the process is stopping: nothing new may be begun
    static void add(Path path) {
        PATHS.add(path.toAbsolutePath());
        if (STOPPING.get()) {
            throw Sae4jException.in(path, "is not written: the process is stopping");
        }
    }

    private static void cleanUp() {
        STOPPING.set(true);
        for (int i = 0; i < ATTEMPTS && PATHS.stream().anyMatch(Files::exists); i++) {
            PATHS.forEach(InProgress::delete);
        }
    }

    /// The path has been renamed, or is to be removed: removes what is still there.
    static void discard(Path path) {
        Path absolute = path.toAbsolutePath();
        delete(absolute);
        PATHS.remove(absolute);
    }

    /// The path is to stay as it is, whatever happens.
    static void forget(Path path) {
        PATHS.remove(path.toAbsolutePath());
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
