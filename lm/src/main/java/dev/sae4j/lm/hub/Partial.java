package dev.sae4j.lm.hub;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.LongBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLongArray;

/// A file that is coming, in parts that grow independently, and beside it a journal of how far each
/// is: `magic, size, bytes per part, done[parts]`, all 64-bit, big-endian. A later process goes on
/// from there. The journal may be behind the file, never ahead unless the power fails; then the
/// checksum of the whole file tells.
final class Partial implements AutoCloseable {
    /// Bytes per part, as long as there are no more than [#MAX_PARTS].
    static final long PART = 32L << 20;

    private static final int MAX_PARTS = 1 << 14;
    private static final long MAGIC = 0x7361_6534_6a70_6172L;
    private static final int HEAD = 3; // numbers before done[]
    private static final Set<StandardOpenOption> OPTIONS =
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);

    private final Path file;
    private final Path journalFile;
    private final FileChannel data;
    private final FileChannel journal;
    private final long size;
    private final long part;
    private final AtomicLongArray done;

    private Partial(Path file, Path journalFile, long size, long part) throws IOException {
        this.file = file;
        this.journalFile = journalFile;
        this.size = size;
        this.part = part;
        this.done = new AtomicLongArray(Math.toIntExact((size + part - 1) / part));
        refuseLink(file);
        refuseLink(journalFile);
        this.data = FileChannel.open(file, OPTIONS);
        this.journal = FileChannel.open(journalFile, OPTIONS);
    }

    /// A link here would make us write where it leads.
    private static void refuseLink(Path file) throws IOException {
        if (Files.isSymbolicLink(file)
                || (Files.exists(file, LinkOption.NOFOLLOW_LINKS)
                        && !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))) {
            throw new IOException(file + " is no plain file: remove it");
        }
    }

    /// Opens what an earlier attempt has left, or begins.
    ///
    /// @param file that becomes complete
    /// @param size bytes it will have
    /// @param smallestPart bytes
    static Partial open(Path file, long size, long smallestPart) throws IOException {
        long part = Math.max(smallestPart, (size + MAX_PARTS - 1) / MAX_PARTS);
        var partial =
                new Partial(file, file.resolveSibling(file.getFileName() + ".parts"), size, part);
        if (!partial.readJournal()) {
            partial.restart();
        }
        return partial;
    }

    private boolean readJournal() throws IOException {
        int numbers = HEAD + done.length();
        if (journal.size() != 8L * numbers) {
            return false;
        }
        ByteBuffer bytes = ByteBuffer.allocate(8 * numbers);
        while (bytes.hasRemaining() && journal.read(bytes, bytes.position()) >= 0) {}
        LongBuffer values = bytes.flip().asLongBuffer();
        if (values.limit() != numbers
                || values.get(0) != MAGIC
                || values.get(1) != size
                || values.get(2) != part) {
            return false;
        }
        for (int i = 0; i < done.length(); i++) {
            long d = values.get(HEAD + i);
            if (d < 0 || d > length(i) || (d > 0 && begin(i) + d > data.size())) {
                return false;
            }
            done.set(i, d);
        }
        return true;
    }

    /// Forgets what has come.
    void restart() throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(8 * (HEAD + done.length()));
        bytes.putLong(MAGIC).putLong(size).putLong(part);
        for (int i = 0; i < done.length(); i++) {
            done.set(i, 0);
        }
        journal.truncate(0);
        data.truncate(0);
        writeFully(journal, bytes.rewind(), 0);
    }

    int parts() {
        return done.length();
    }

    /// Bytes of the whole file.
    long size() {
        return size;
    }

    /// The part that a byte belongs to.
    int partAt(long position) {
        return (int) (position / part);
    }

    /// First byte of a part.
    long begin(int i) {
        return i * part;
    }

    /// Bytes of a part.
    long length(int i) {
        return Math.min(part, size - begin(i));
    }

    /// Bytes of a part that are there.
    long done(int i) {
        return done.get(i);
    }

    /// Bytes that are there of a stretch of whole parts.
    long done(long from, long end) {
        long sum = 0;
        for (int i = partAt(from); i < done.length() && begin(i) < end; i++) {
            sum += done.get(i);
        }
        return sum;
    }

    /// The first byte of a part that is not there.
    long firstMissing(long from) {
        int i = partAt(from);
        return begin(i) + done.get(i);
    }

    /// Bytes that are there.
    long done() {
        long sum = 0;
        for (int i = 0; i < done.length(); i++) {
            sum += done.get(i);
        }
        return sum;
    }

    /// Adds to a part; one thread per part.
    void append(int i, ByteBuffer bytes) throws IOException {
        int n = bytes.remaining();
        writeFully(data, bytes, begin(i) + done.get(i));
        long now = done.addAndGet(i, n);
        writeFully(journal, ByteBuffer.allocate(8).putLong(now).rewind(), 8L * (HEAD + i));
    }

    private static void writeFully(FileChannel channel, ByteBuffer bytes, long position)
            throws IOException {
        long at = position;
        while (bytes.hasRemaining()) {
            at += channel.write(bytes, at);
        }
    }

    /// Sees to it that the content survives a loss of power.
    void sync() throws IOException {
        data.force(true);
    }

    Path file() {
        return file;
    }

    /// Removes the journal, which a complete file needs no more.
    void complete() throws IOException {
        close();
        Files.deleteIfExists(journalFile);
    }

    @Override
    public void close() throws IOException {
        try (journal) {
            data.close();
        }
    }
}
