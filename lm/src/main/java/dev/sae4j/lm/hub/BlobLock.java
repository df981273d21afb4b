package dev.sae4j.lm.hub;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// Keeps others, in this process and in others, from fetching the same content at the same time.
final class BlobLock implements AutoCloseable {
    private static final long LOOK_EVERY_MS = 50;

    private final FileChannel channel;

    private BlobLock(FileChannel channel) {
        this.channel = channel;
    }

    /// Waits until nobody else holds the lock.
    static BlobLock hold(Path file) throws IOException, InterruptedException {
        Files.createDirectories(file.getParent());
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            while (!tryLock(channel)) {
                Thread.sleep(LOOK_EVERY_MS);
            }
            return new BlobLock(channel);
        } catch (IOException | InterruptedException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static boolean tryLock(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false; // another thread of this process
        } catch (IOException e) {
            // The file system cannot lock. Two who fetch the same write the same bytes to the same
            // places, and the checksum has the last word.
            System.getLogger(BlobLock.class.getName())
                    .log(System.Logger.Level.DEBUG, "no locks here", e);
            return true;
        }
    }

    /// Lets the next one in. The file stays: removing it would let two others lock different files.
    @Override
    public void close() throws IOException {
        channel.close();
    }
}
