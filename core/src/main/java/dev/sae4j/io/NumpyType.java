package dev.sae4j.io;

import dev.sae4j.io.Pickled.Latin1;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// The type of a numpy scalar, of which only plain numbers are read: a loss or a mean that was not
/// turned into a Python number before it was saved.
final class NumpyType {
    private final String code;
    private ByteOrder order = ByteOrder.LITTLE_ENDIAN;

    private NumpyType(String code) {
        this.code = code;
    }

    /// `(code, align, copy)`, such as `f8`.
    static NumpyType of(List<Object> arguments) {
        if (!arguments.isEmpty()
                && arguments.getFirst() instanceof String code
                && code.matches("b1|[iu][1248]|f[248]")) {
            return new NumpyType(code);
        }
        throw new PickleProblem("holds a value of numpy that is not a plain number");
    }

    /// `(version, byte order, ...)`
    void setState(Object state) {
        List<Object> parts = Pickled.sequence(state, "the state of a numpy.dtype");
        boolean big = parts.size() > 1 && ">".equals(parts.get(1));
        order = big ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    }

    /// `(type, bytes)`: the number.
    static Object scalar(List<Object> arguments) {
        if (arguments.size() != 2 || !(arguments.getFirst() instanceof NumpyType type)) {
            throw new PickleProblem("makes a numpy scalar of other than a type and bytes");
        }
        int size = type.code.charAt(1) - '0';
        byte[] bytes =
                switch (arguments.get(1)) {
                    case byte[] raw -> raw;
                    case Latin1(String text) when text.length() == size ->
                            text.getBytes(StandardCharsets.ISO_8859_1);
                    default -> new byte[0];
                };
        if (bytes.length != size) {
            throw new PickleProblem("holds a numpy scalar of the wrong size");
        }
        return type.value(ByteBuffer.wrap(bytes).order(type.order));
    }

    private Object value(ByteBuffer bytes) {
        return switch (code) {
            case "b1" -> bytes.get() != 0;
            case "i1" -> (long) bytes.get();
            case "i2" -> (long) bytes.getShort();
            case "i4" -> (long) bytes.getInt();
            case "i8" -> bytes.getLong();
            case "u1" -> (long) Byte.toUnsignedInt(bytes.get());
            case "u2" -> (long) Short.toUnsignedInt(bytes.getShort());
            case "u4" -> Integer.toUnsignedLong(bytes.getInt());
            case "u8" -> PickleText.narrow(new BigInteger(Long.toUnsignedString(bytes.getLong())));
            case "f2" -> (double) Float.float16ToFloat(bytes.getShort());
            case "f4" -> (double) bytes.getFloat();
            default -> bytes.getDouble();
        };
    }
}
