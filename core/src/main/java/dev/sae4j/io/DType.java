package dev.sae4j.io;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// Element types of tensors on disk, by their safetensors names. Values are little-endian.
public enum DType {
    F64(8),
    F32(4),
    F16(2),
    BF16(2),
    I64(8),
    I32(4),
    I16(2),
    I8(1),
    U64(8),
    U32(4),
    U16(2),
    U8(1),
    BOOL(1);

    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfDouble DOUBLE =
            ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final int bytes;

    DType(int bytes) {
        this.bytes = bytes;
    }

    /// Bytes per element.
    public int bytes() {
        return bytes;
    }

    /// True for the types that hold fractions.
    public boolean isFloating() {
        return this == F64 || this == F32 || this == F16 || this == BF16;
    }

    /// Widens (or, from F64, rounds) `count` elements that start at element `from` of `source`.
    public void toFloats(MemorySegment source, long from, float[] target, int at, int count) {
        long base = from * bytes;
        switch (this) {
            case F32 -> MemorySegment.copy(source, FLOAT, base, target, at, count);
            case BF16 -> {
                for (int i = 0; i < count; i++) {
                    target[at + i] = bfloat16ToFloat(source.get(SHORT, base + 2L * i));
                }
            }
            case F16 -> {
                for (int i = 0; i < count; i++) {
                    target[at + i] = Float.float16ToFloat(source.get(SHORT, base + 2L * i));
                }
            }
            case F64 -> {
                for (int i = 0; i < count; i++) {
                    target[at + i] = (float) source.get(DOUBLE, base + 8L * i);
                }
            }
            default -> {
                for (int i = 0; i < count; i++) {
                    target[at + i] = toLong(source, from + i);
                }
            }
        }
    }

    /// One element of an integer type.
    ///
    /// @throws IllegalStateException for floating types
    public long toLong(MemorySegment source, long index) {
        long at = index * bytes;
        return switch (this) {
            case I64, U64 -> source.get(LONG, at);
            case I32 -> source.get(INT, at);
            case U32 -> Integer.toUnsignedLong(source.get(INT, at));
            case I16 -> source.get(SHORT, at);
            case U16 -> Short.toUnsignedLong(source.get(SHORT, at));
            case I8 -> source.get(ValueLayout.JAVA_BYTE, at);
            case U8, BOOL -> Byte.toUnsignedLong(source.get(ValueLayout.JAVA_BYTE, at));
            case F64, F32, F16, BF16 ->
                    throw new IllegalStateException(this + " is not an integer type");
        };
    }

    /// Rounds `count` floats to this type (F32, F16 or BF16; ties to even) and stores them.
    public void fromFloats(float[] source, int at, int count, MemorySegment target, long to) {
        long base = to * bytes;
        switch (this) {
            case F32 -> MemorySegment.copy(source, at, target, FLOAT, base, count);
            case BF16 -> {
                for (int i = 0; i < count; i++) {
                    target.set(SHORT, base + 2L * i, floatToBfloat16(source[at + i]));
                }
            }
            case F16 -> {
                for (int i = 0; i < count; i++) {
                    target.set(SHORT, base + 2L * i, Float.floatToFloat16(source[at + i]));
                }
            }
            default -> throw new IllegalStateException("floats are not stored as " + this);
        }
    }

    /// bfloat16 is the upper half of a float.
    public static float bfloat16ToFloat(short bits) {
        return Float.intBitsToFloat(bits << 16);
    }

    /// Rounds to nearest, ties to even; NaN stays a NaN.
    public static short floatToBfloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (short) ((bits >>> 16) | 0x40);
        }
        return (short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
    }
}
