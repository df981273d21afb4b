package dev.sae4j.io;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/// Reads the header of a GGUF file from front to back; whatever would pass its end is refused.
///
/// Bytes are taken from a window in the heap: a vocabulary has hundreds of thousands of small
/// values, and reading each from the mapped file is slow until the compiler has got to it.
final class GgufReader {
    private static final int MAX_NAME = 0xffff;
    private static final long MAX_STRING = 16L << 20;

    /// Values in all arrays: vocabularies with scores, types and merges stay below.
    private static final long MAX_VALUES = 1_500_000;

    private final MappedFile mapped;
    private final MemorySegment bytes;
    private final byte[] window = new byte[MAX_NAME + 1];
    private long windowAt; // place in the file of the window's first byte
    private int windowBytes;
    private long at;
    private long valuesLeft = MAX_VALUES;

    GgufReader(MappedFile mapped) {
        this.mapped = mapped;
        this.bytes = mapped.bytes();
    }

    /// All of the file.
    MemorySegment bytes() {
        return bytes;
    }

    /// Place of the next byte.
    long at() {
        return at;
    }

    /// Bytes from there to the end of the file.
    long left() {
        return bytes.byteSize() - at;
    }

    int u8() {
        return Byte.toUnsignedInt(window[next(1)]);
    }

    int u16() {
        return (int) number(2);
    }

    int i32() {
        return (int) number(4);
    }

    long i64() {
        return number(8);
    }

    private long number(int count) {
        int from = next(count);
        long value = 0;
        for (int i = count - 1; i >= 0; i--) {
            value = value << 8 | Byte.toUnsignedLong(window[from + i]);
        }
        return value;
    }

    /// The name of something; names are short.
    String name(String what) {
        long length = i64();
        if (length < 0 || length > Math.min(MAX_NAME, left())) {
            throw bad(
                    "says the name of %s has %s bytes, but has %d (limit %d): damaged"
                            .formatted(what, Long.toUnsignedString(length), left(), MAX_NAME));
        }
        return text((int) length);
    }

    /// A string value.
    String string(String key) {
        long length = i64();
        if (length < 0 || length > Math.min(MAX_STRING, left())) {
            throw bad(
                    "has a string of %s bytes in '%s', but has %d (limit %d): damaged"
                            .formatted(Long.toUnsignedString(length), key, left(), MAX_STRING));
        }
        return text((int) length);
    }

    /// Notes that an array has so many values; an array takes more memory than file.
    void spend(String key, long count) {
        valuesLeft -= count;
        if (valuesLeft < 0) {
            throw bad(
                    "has more than %d values in its arrays, with '%s': no vocabulary needs as many"
                            .formatted(MAX_VALUES, key));
        }
    }

    Sae4jException bad(String message) {
        return Sae4jException.in(mapped.file(), message);
    }

    private String text(int length) {
        if (length <= window.length) {
            return new String(window, next(length), length, StandardCharsets.UTF_8);
        }
        byte[] own = new byte[length];
        MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, at, own, 0, length);
        at += length;
        return new String(own, StandardCharsets.UTF_8);
    }

    /// Place in the window of the next bytes, which are passed over.
    private int next(int count) {
        if (count > left()) {
            throw bad("is cut inside its header, at byte %d: download it again".formatted(at));
        }
        if (at < windowAt || at + count > windowAt + windowBytes) {
            windowAt = at;
            windowBytes = (int) Math.min(window.length, left());
            MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, at, window, 0, windowBytes);
        }
        int here = (int) (at - windowAt);
        at += count;
        return here;
    }
}
