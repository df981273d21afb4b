package dev.sae4j.io;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/// The records of a zip archive that lies in memory; nothing is unpacked until asked for.
///
/// Opening checks the whole directory ([ZipDirectory] says how), so every record has a name of its
/// own and bytes of its own. Deflated records are inflated once, into the memory of the file; all
/// of them together may take [#SLACK] bytes and twice the size of the file, far more than numbers
/// of any use need, so that an archive cannot blow up.
///
/// Instances may be shared between threads.
final class ZipArchive {
    /// Bytes that may be made of any archive, however small.
    static final long SLACK = 64L << 20;

    private static final int STEP = 1 << 26;

    private final MappedFile mapped;
    private final List<Entry> entries;
    private final Map<String, Entry> byName;
    private final Map<String, MemorySegment> inflated = new HashMap<>();
    private long budget;

    private ZipArchive(MappedFile mapped, List<Entry> entries) {
        this.mapped = mapped;
        this.entries = List.copyOf(entries);
        this.byName = HashMap.newHashMap(entries.size());
        entries.forEach(e -> byName.put(e.name(), e));
        this.budget = SLACK + 2 * mapped.bytes().byteSize();
    }

    /// A record.
    ///
    /// @param name relative name; never leaves the folder that it is unpacked into
    /// @param deflated false if the bytes are stored as they are
    /// @param size bytes of the content, as the directory says
    /// @param compressedSize bytes in the file
    /// @param crc CRC-32 of the content, as the directory says; not checked when read
    /// @param dataOffset place of the bytes in the file
    record Entry(
            String name,
            boolean deflated,
            long size,
            long compressedSize,
            long crc,
            long dataOffset) {}

    /// Reads the directory.
    ///
    /// @throws Sae4jException if it is damaged, or describes records that no honest writer makes
    static ZipArchive of(MappedFile mapped) {
        return new ZipArchive(mapped, ZipDirectory.read(mapped));
    }

    /// All records, in the order of the directory.
    List<Entry> entries() {
        return entries;
    }

    /// The record of that name.
    Optional<Entry> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /// The content of a record: a slice of the mapping if it is stored, else inflated memory that
    /// lives as long as the file.
    ///
    /// @throws Sae4jException if it does not inflate to exactly its size, or to too much
    MemorySegment bytes(Entry entry) {
        if (!entry.deflated()) {
            return raw(entry);
        }
        synchronized (inflated) {
            MemorySegment known = inflated.get(entry.name());
            if (known == null) {
                known = inflate(entry);
                inflated.put(entry.name(), known);
            }
            return known;
        }
    }

    /// The first bytes of a record, `limit` of them or all; takes no memory beside the file.
    MemorySegment head(Entry entry, int limit) {
        long size = Math.min(limit, entry.size());
        if (!entry.deflated()) {
            return raw(entry).asSlice(0, size);
        }
        MemorySegment head = MemorySegment.ofArray(new byte[(int) size]);
        try (Inflater inflater = new Inflater(true)) {
            long made = inflate(inflater, raw(entry), head);
            return head.asSlice(0, Math.min(made, size));
        } catch (DataFormatException e) {
            throw notDeflated(entry, e);
        }
    }

    /// True if the content has the CRC that the directory says. Reads all of it.
    boolean crcMatches(Entry entry) {
        CRC32 crc = new CRC32();
        MemorySegment bytes = bytes(entry);
        for (long at = 0; at < bytes.byteSize(); at += STEP) {
            crc.update(piece(bytes, at));
        }
        return crc.getValue() == entry.crc();
    }

    /// Memory beside the file for what is made of its records, within the same bounds.
    MemorySegment allocate(String name, long size) {
        synchronized (inflated) {
            if (size > budget) {
                throw Sae4jException.in(
                        mapped.file(),
                        "record '%s' takes %d bytes unpacked, more than the %d left for an archive of %d bytes: if it is to be trusted, save it uncompressed"
                                .formatted(name, size, budget, mapped.bytes().byteSize()));
            }
            budget -= size;
            return mapped.arena().allocate(size, 64);
        }
    }

    private MemorySegment raw(Entry entry) {
        return mapped.bytes().asSlice(entry.dataOffset(), entry.compressedSize());
    }

    private MemorySegment inflate(Entry entry) {
        MemorySegment target = allocate(entry.name(), entry.size());
        try (Inflater inflater = new Inflater(true)) {
            long made = inflate(inflater, raw(entry), target);
            if (made != entry.size() || !inflater.finished()) {
                throw Sae4jException.in(
                        mapped.file(),
                        "record '%s' inflates to %s bytes than the %d that it declares: damaged, download it again"
                                .formatted(
                                        entry.name(),
                                        made < entry.size() ? "fewer" : "more",
                                        entry.size()));
            }
            return target.asReadOnly();
        } catch (DataFormatException e) {
            throw notDeflated(entry, e);
        }
    }

    private Sae4jException notDeflated(Entry entry, DataFormatException e) {
        return Sae4jException.in(
                mapped.file(),
                "record '%s' is no valid deflate stream: damaged, download it again"
                        .formatted(entry.name()),
                e);
    }

    /// Inflates until the stream ends, its bytes end, or there is more than `target` takes.
    private static long inflate(Inflater inflater, MemorySegment source, MemorySegment target)
            throws DataFormatException {
        ByteBuffer spare = ByteBuffer.allocate(1);
        long read = 0;
        long made = 0;
        while (!inflater.finished() && made <= target.byteSize()) {
            if (inflater.needsInput()) {
                if (read == source.byteSize()) {
                    break;
                }
                ByteBuffer piece = piece(source, read);
                read += piece.remaining();
                inflater.setInput(piece);
            }
            int n = inflater.inflate(made < target.byteSize() ? piece(target, made) : spare);
            if (n == 0 && inflater.needsDictionary()) {
                break;
            }
            made += n;
        }
        return made;
    }

    private static ByteBuffer piece(MemorySegment bytes, long at) {
        return bytes.asSlice(at, Math.min(STEP, bytes.byteSize() - at)).asByteBuffer();
    }
}
