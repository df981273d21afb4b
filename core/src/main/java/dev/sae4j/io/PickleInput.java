package dev.sae4j.io;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/// Reads the arguments of a pickle's instructions. Lengths are compared with what is left before
/// anything is allocated.
final class PickleInput {
    private static final ValueLayout.OfDouble BIG_DOUBLE =
            ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private final MemorySegment bytes;
    private long position;

    PickleInput(MemorySegment bytes, long from) {
        this.bytes = bytes;
        this.position = from;
    }

    long position() {
        return position;
    }

    int u8() {
        return LittleEndian.u8(bytes, advance(1));
    }

    int u16() {
        return LittleEndian.u16(bytes, advance(2));
    }

    int i32() {
        return LittleEndian.i32(bytes, advance(4));
    }

    long u32() {
        return LittleEndian.u32(bytes, advance(4));
    }

    /// Eight bytes; as a length, more than 2^63 is negative and so refused.
    long i64() {
        return LittleEndian.i64(bytes, advance(8));
    }

    /// Pickle writes doubles in big-endian order.
    double f64() {
        return bytes.get(BIG_DOUBLE, advance(8));
    }

    byte[] bytes(long length) {
        long at = advance(length);
        if (length > Integer.MAX_VALUE - 8) {
            throw new PickleProblem("holds " + length + " bytes in one value: too many");
        }
        return bytes.asSlice(at, length).toArray(ValueLayout.JAVA_BYTE);
    }

    /// UTF-8 text.
    String text(long length) {
        byte[] encoded = bytes(length);
        try {
            return decode(encoded);
        } catch (CharacterCodingException e) {
            throw new PickleProblem("has text that is not UTF-8");
        }
    }

    /// A string of Python 2: text if it is UTF-8, else bytes.
    Object textOrBytes(long length) {
        return textOrBytes(bytes(length));
    }

    static Object textOrBytes(byte[] encoded) {
        try {
            return decode(encoded);
        } catch (CharacterCodingException e) {
            return encoded;
        }
    }

    private static String decode(byte[] encoded) throws CharacterCodingException {
        return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(encoded)).toString();
    }

    /// Everything before the next line feed, one character a byte.
    String line() {
        long end = position;
        while (end < bytes.byteSize() && bytes.get(ValueLayout.JAVA_BYTE, end) != '\n') {
            end++;
        }
        if (end == bytes.byteSize()) {
            throw new PickleProblem("ends in the middle of a line");
        }
        String line = new String(bytes(end - position), StandardCharsets.ISO_8859_1);
        position = end + 1;
        return line;
    }

    /// A frame groups instructions for faster reading; only its length is of interest.
    void frame(long length) {
        check(length);
    }

    private long advance(long length) {
        check(length);
        long at = position;
        position += length;
        return at;
    }

    private void check(long length) {
        long left = bytes.byteSize() - position;
        if (length < 0 || length > left) {
            throw new PickleProblem(
                    "needs %s bytes where %d are left: the file is cut short or damaged"
                            .formatted(Long.toUnsignedString(length), left));
        }
    }
}
