package dev.sae4j.io;

import static dev.sae4j.io.LittleEndian.i32;
import static dev.sae4j.io.LittleEndian.i64;
import static dev.sae4j.io.LittleEndian.u16;
import static dev.sae4j.io.LittleEndian.u32;

import dev.sae4j.io.ZipArchive.Entry;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Reads and checks the directory at the end of a zip archive.
///
/// Layout, little-endian: records, each a local header of 30 bytes, name, extra field and data; then
/// the directory, per record a header of 46 bytes, name, extra field and comment; then, if numbers
/// do not fit 32 bits, the zip64 end record and its locator; then the end record of 22 bytes and a
/// comment.
///
/// Refused is whatever makes two readers see different things or one reader do harm: records of
/// one name, names that leave the folder, local headers of another name, records that share bytes,
/// encryption, methods other than stored and deflated, sizes that no deflate stream can reach.
final class ZipDirectory {
    private static final int MAX_RECORDS = 500_000;
    private static final int END = 0x06054b50;
    private static final int END_BYTES = 22;
    private static final int LOCATOR = 0x07064b50;
    private static final int LOCATOR_BYTES = 20;
    private static final int END64 = 0x06064b50;
    private static final int END64_BYTES = 56;
    private static final int HEADER = 0x02014b50;
    private static final int HEADER_BYTES = 46;
    private static final int LOCAL = 0x04034b50;
    private static final int LOCAL_BYTES = 30;
    private static final long FULL = 0xffffffffL;
    private static final int DEFLATED = 8;

    /// Deflate makes at most 1032 bytes of one; the rest is for streams of a few bytes.
    private static final long MAX_RATIO = 1032;

    private final Path file;
    private final MemorySegment bytes;
    private final List<long[]> ranges = new ArrayList<>();

    /// @param at place of the first header
    /// @param size bytes of all headers
    /// @param records how many there are
    private record Extent(long at, long size, long records) {}

    private ZipDirectory(MappedFile mapped) {
        this.file = mapped.file();
        this.bytes = mapped.bytes();
    }

    static List<Entry> read(MappedFile mapped) {
        return new ZipDirectory(mapped).entries();
    }

    private List<Entry> entries() {
        Extent extent = extent();
        if (extent.records() > MAX_RECORDS || extent.records() * HEADER_BYTES > extent.size()) {
            throw bad(
                    "says that it has %d records in a directory of %d bytes (limit %d): damaged"
                            .formatted(extent.records(), extent.size(), MAX_RECORDS));
        }
        MemorySegment directory = bytes.asSlice(extent.at(), extent.size());
        List<Entry> entries = new ArrayList<>((int) extent.records());
        Set<String> names = HashSet.newHashSet((int) extent.records());
        long at = 0;
        for (int i = 0; i < extent.records(); i++) {
            if (extent.size() - at < HEADER_BYTES || i32(directory, at) != HEADER) {
                throw bad("has no header of record %d in its directory: damaged".formatted(i));
            }
            long length =
                    HEADER_BYTES
                            + (long) u16(directory, at + 28)
                            + u16(directory, at + 30)
                            + u16(directory, at + 32);
            if (length > extent.size() - at) {
                throw bad("has a directory cut inside record %d: download it again".formatted(i));
            }
            Entry entry = entry(directory.asSlice(at, length), extent.at());
            if (!names.add(entry.name())) {
                throw bad("has two records named '%s'".formatted(entry.name()));
            }
            entries.add(entry);
            at += length;
        }
        checkOverlaps();
        return entries;
    }

    private Extent extent() {
        long end = endRecord();
        long records = u16(bytes, end + 10);
        long size = u32(bytes, end + 12);
        long at = u32(bytes, end + 16);
        long limit = end;
        long locator = end - LOCATOR_BYTES;
        if (locator >= 0 && i32(bytes, locator) == LOCATOR) {
            limit = i64(bytes, locator + 8);
            if (limit < 0 || limit > locator - END64_BYTES || i32(bytes, limit) != END64) {
                throw bad("has no zip64 end record at byte %d: damaged".formatted(limit));
            }
            records = agreed(records, 0xffff, i64(bytes, limit + 32));
            size = agreed(size, FULL, i64(bytes, limit + 40));
            at = agreed(at, FULL, i64(bytes, limit + 48));
        }
        if (records < 0 || size < 0 || at < 0 || at > limit || size > limit - at) {
            throw bad(
                    "says its directory is at bytes %d to %d, but it must end before byte %d: cut short, download it again"
                            .formatted(at, at + size, limit));
        }
        return new Extent(at, size, records);
    }

    /// The 64-bit number, which the old one must equal unless it is the largest of its kind.
    private long agreed(long old, long full, long wide) {
        if (old != full && old != wide) {
            throw bad("has two end records that say %d and %d: damaged".formatted(old, wide));
        }
        return wide;
    }

    private long endRecord() {
        long last = bytes.byteSize() - END_BYTES;
        for (long at = last; at >= 0 && at >= last - 0xffff; at--) {
            if (i32(bytes, at) == END && at + END_BYTES + u16(bytes, at + 20) == bytes.byteSize()) {
                return at;
            }
        }
        throw bad("has no zip directory at its end: cut short, download it again");
    }

    /// @param header one record of the directory
    private Entry entry(MemorySegment header, long directoryAt) {
        String name = name(header.asSlice(HEADER_BYTES, u16(header, 28)));
        int method = u16(header, 10);
        if ((u16(header, 8) & 0x2041) != 0) {
            throw bad("record '%s' is encrypted".formatted(name));
        }
        if (method != 0 && method != DEFLATED) {
            throw bad(
                    "record '%s' has compression method %d: only stored (0) and deflated (8) are known"
                            .formatted(name, method));
        }
        long[] sizes = sizes(header, name);
        long size = sizes[0];
        long compressed = sizes[1];
        long local = sizes[2];
        if (local < 0 || local > directoryAt - LOCAL_BYTES || i32(bytes, local) != LOCAL) {
            throw bad("record '%s' has no header at byte %d: damaged".formatted(name, local));
        }
        checkLocal(header, name, local, directoryAt);
        long data = local + LOCAL_BYTES + u16(bytes, local + 26) + u16(bytes, local + 28);
        if (compressed < 0 || data > directoryAt || compressed > directoryAt - data) {
            throw bad(
                    "record '%s' has %d bytes at byte %d, past the end of the records at byte %d: damaged"
                            .formatted(name, compressed, data, directoryAt));
        }
        boolean deflated = method == DEFLATED;
        if (deflated ? size < 0 || size > compressed * MAX_RATIO + MAX_RATIO : size != compressed) {
            throw bad(
                    "record '%s' cannot make %d bytes of the %d that it has: damaged"
                            .formatted(name, size, compressed));
        }
        ranges.add(new long[] {local, data + compressed});
        return new Entry(name, deflated, size, compressed, u32(header, 16), data);
    }

    private void checkLocal(MemorySegment header, String name, long local, long limit) {
        int length = u16(header, 28);
        if (u16(bytes, local + 26) != length
                || length > limit - local - LOCAL_BYTES
                || MemorySegment.mismatch(
                                bytes,
                                local + LOCAL_BYTES,
                                local + LOCAL_BYTES + length,
                                header,
                                HEADER_BYTES,
                                HEADER_BYTES + length)
                        >= 0) {
            throw bad("record '%s' has another name before its data: damaged".formatted(name));
        }
        if (u16(bytes, local + 8) != u16(header, 10)) {
            throw bad("record '%s' has two compression methods: damaged".formatted(name));
        }
    }

    /// Size, compressed size and place of the local header; those of 32 full bits are in the zip64
    /// field, in this order.
    private long[] sizes(MemorySegment header, String name) {
        long[] sizes = {u32(header, 24), u32(header, 20), u32(header, 42)};
        if (Arrays.stream(sizes).noneMatch(s -> s == FULL)) {
            return sizes;
        }
        long at = HEADER_BYTES + (long) u16(header, 28);
        long end = at + u16(header, 30);
        while (end - at >= 4 && u16(header, at) != 1) {
            at += 4 + u16(header, at + 2);
        }
        if (end - at >= 4) {
            end = Math.min(end, at + 4 + u16(header, at + 2));
        }
        at += 4;
        for (int i = 0; i < sizes.length; i++) {
            if (sizes[i] == FULL) {
                if (end - at < 8) {
                    throw bad("record '%s' lacks its zip64 sizes: damaged".formatted(name));
                }
                sizes[i] = i64(header, at);
                at += 8;
            }
        }
        return sizes;
    }

    private String name(MemorySegment utf8) {
        String name;
        try {
            byte[] raw = utf8.toArray(ValueLayout.JAVA_BYTE);
            name = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(raw)).toString();
        } catch (CharacterCodingException e) {
            throw Sae4jException.in(file, "has a record whose name is not UTF-8", e);
        }
        if (name.isEmpty() || name.chars().anyMatch(c -> c < ' ')) {
            throw bad("has a record with an empty name or control characters in it");
        }
        if (leavesItsFolder(name)) {
            throw bad("record '%s' has a name that leaves its folder".formatted(name));
        }
        return name;
    }

    /// True for names that would be unpacked elsewhere than below the folder of the archive.
    static boolean leavesItsFolder(String name) {
        return name.startsWith("/")
                || name.indexOf('\\') >= 0
                || name.matches("(?s)[A-Za-z]:.*")
                || Arrays.asList(name.split("/", -1)).contains("..");
    }

    private void checkOverlaps() {
        ranges.sort(Comparator.comparingLong(r -> r[0]));
        for (int i = 1; i < ranges.size(); i++) {
            if (ranges.get(i)[0] < ranges.get(i - 1)[1]) {
                throw bad(
                        "has two records that share byte %d: an honest archive has no such records"
                                .formatted(ranges.get(i)[0]));
            }
        }
    }

    private Sae4jException bad(String message) {
        return Sae4jException.in(file, message);
    }
}
