package dev.sae4j.io;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/// A folder that appears under its final name only when it is complete: files are written into a
/// hidden sibling, and [#commit()] renames it. Closing without commit removes everything.
///
/// An older folder of the same name is kept until the new one is in place.
public final class AtomicFolder implements AutoCloseable {
    private final Path target;
    private final Path part;
    private boolean stays;

    private AtomicFolder(Path target, Path part) {
        this.target = target;
        this.part = part;
    }

    /// Begins a folder; parents are created.
    public static AtomicFolder create(Path target) {
        Path part = part(target);
        try {
            InProgress.add(part);
            InProgress.discard(part);
            InProgress.add(part);
            Files.createDirectories(part);
        } catch (IOException e) {
            InProgress.discard(part);
            throw SafeFiles.cannotWrite(target, e);
        }
        return new AtomicFolder(target, part);
    }

    /// As [#create], but what an earlier process has written and kept is still there.
    public static AtomicFolder resume(Path target) {
        Path part = part(target);
        if (!Files.isDirectory(part)) {
            return create(target);
        }
        AtomicFolder folder = new AtomicFolder(target, part);
        folder.keep();
        return folder;
    }

    /// From now on what is written stays when this is closed without commit, or the process is
    /// stopped: [#resume] goes on with it, [#sweep] removes it.
    public void keep() {
        stays = true;
        InProgress.forget(part);
    }

    /// True if there is something to go on with.
    public static boolean isBegun(Path target) {
        return Files.isDirectory(part(target));
    }

    private static Path part(Path target) {
        return target.resolveSibling("." + target.getFileName() + ".part");
    }

    private static Path old(Path target) {
        return target.resolveSibling("." + target.getFileName() + ".old");
    }

    /// Removes a folder. It loses its name first, so that nobody meets half of it.
    public static void remove(Path target) {
        try {
            InProgress.discard(old(target));
            Files.move(target, old(target), StandardCopyOption.ATOMIC_MOVE);
            InProgress.discard(old(target));
        } catch (IOException e) {
            throw SafeFiles.cannotWrite(target, e);
        }
    }

    /// Removes what a process that was killed while it wrote `target`, replaced it or removed it
    /// has left beside it.
    public static void sweep(Path target) {
        InProgress.discard(part(target));
        InProgress.discard(old(target));
    }

    /// Where to write now.
    public Path path() {
        return part;
    }

    /// Syncs the files and gives the folder its final name; a loss of power does not undo that.
    public void commit() {
        Path old = old(target);
        try {
            try (var files = Files.list(part)) {
                for (Path file : files.toList()) {
                    if (Files.isRegularFile(file)) {
                        sync(file);
                    }
                }
            }
            SafeFiles.syncFolder(part);
            boolean replaces = Files.exists(target);
            if (replaces) {
                InProgress.discard(old); // left by a run that was killed between the two renames
                Files.move(target, old, StandardCopyOption.ATOMIC_MOVE);
            }
            Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
            SafeFiles.syncFolder(target.toAbsolutePath().getParent());
            if (replaces) {
                InProgress.discard(old);
            }
        } catch (IOException e) {
            throw SafeFiles.cannotWrite(target, e);
        }
    }

    private static void sync(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }

    @Override
    public void close() {
        if (stays) {
            return;
        }
        InProgress.discard(part); // after a commit there is nothing left under this name
    }
}
