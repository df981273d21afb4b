package dev.sae4j.io;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// Element types of tensors on disk, by their safetensors and GGUF names. Values are little-endian.
///
/// The quantised types of GGUF hold blocks of neighbouring elements that share their scales; they
/// can be read, not written.
public enum DType {
    F64(8),
    F32(4),
    F16(2),
    BF16(2),
    /// 1 sign, 4 exponent, 3 mantissa bits; no infinities, NaN is all ones (`float8_e4m3fn`).
    F8_E4M3(1),
    /// 1 sign, 5 exponent, 2 mantissa bits, as the upper half of an F16.
    F8_E5M2(1),
    /// As `F8_E4M3` with the exponent's bias one larger; no negative zero, whose bits are NaN.
    F8_E4M3FNUZ(1),
    /// As `F8_E5M2` with the exponent's bias one larger; no infinities, negative zero's bits are NaN.
    F8_E5M2FNUZ(1),
    /// A power of two, from 2^-127; all ones are NaN.
    F8_E8M0(1),
    I64(8),
    I32(4),
    I16(2),
    I8(1),
    U64(8),
    U32(4),
    U16(2),
    U8(1),
    BOOL(1),
    /// Two F16: real and imaginary part. Can be held and listed, not computed with.
    C32(4),
    /// Two F32, as `C32`.
    C64(8),
    /// Two F64, as `C32`.
    C128(16),
    Q4_0(32, 18),
    Q4_1(32, 20),
    Q5_0(32, 22),
    Q5_1(32, 24),
    Q8_0(32, 34),
    Q2_K(256, 84),
    Q3_K(256, 110),
    Q4_K(256, 144),
    Q5_K(256, 176),
    Q6_K(256, 210),
    Q8_K(256, 292),
    IQ4_NL(32, 18),
    IQ4_XS(256, 136);

    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfDouble DOUBLE =
            ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private static final int HALVES_AT_ONCE = 4096;

    private final int blockElements;
    private final int blockBytes;

    DType(int bytes) {
        this(1, bytes);
    }

    DType(int blockElements, int blockBytes) {
        this.blockElements = blockElements;
        this.blockBytes = blockBytes;
    }

    /// Bytes per element.
    ///
    /// @throws IllegalStateException for quantised types: ask [#sizeOf]
    public int bytes() {
        if (isQuantised()) {
            throw new IllegalStateException(this + " has no size per element");
        }
        return blockBytes;
    }

    /// Elements that are stored together; 1 unless the type is quantised.
    public int blockElements() {
        return blockElements;
    }

    /// Bytes of one block.
    public int blockBytes() {
        return blockBytes;
    }

    /// Bytes of `elements` elements.
    ///
    /// @throws ArithmeticException if that overflows, or the elements do not fill whole blocks
    public long sizeOf(long elements) {
        if (elements % blockElements != 0) {
            throw new ArithmeticException(
                    "%d elements are no whole blocks of %d".formatted(elements, blockElements));
        }
        return Math.multiplyExact(elements / blockElements, (long) blockBytes);
    }

    /// True for complex numbers, pairs of half as many bytes.
    boolean isComplex() {
        return this == C32 || this == C64 || this == C128;
    }

    /// True for the block types of GGUF.
    public boolean isQuantised() {
        return blockElements > 1;
    }

    /// True for the types that hold fractions, quantised ones among them.
    public boolean isFloating() {
        return switch (this) {
            case F64, F32, F16, BF16 -> true;
            case F8_E4M3, F8_E5M2, F8_E4M3FNUZ, F8_E5M2FNUZ, F8_E8M0 -> true;
            case I64, I32, I16, I8, U64, U32, U16, U8, BOOL, C32, C64, C128 -> false;
            case Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q2_K, Q3_K, Q4_K, Q5_K, Q6_K, Q8_K -> true;
            case IQ4_NL, IQ4_XS -> true;
        };
    }

    /// Widens (or, from F64, rounds) `count` elements that start at element `from` of `source`.
    public void toFloats(MemorySegment source, long from, float[] target, int at, int count) {
        if (isQuantised()) {
            Quantised.toFloats(this, source, from, target, at, count);
            return;
        }
        long base = from * blockBytes;
        switch (this) {
            case F32 -> MemorySegment.copy(source, FLOAT, base, target, at, count);
            case BF16, F16 -> halvesToFloats(source, base, target, at, count);
            case F64 -> {
                for (int i = 0; i < count; i++) {
                    target[at + i] = (float) source.get(DOUBLE, base + 8L * i);
                }
            }
            case F8_E4M3, F8_E5M2, F8_E4M3FNUZ, F8_E5M2FNUZ, F8_E8M0 -> {
                for (int i = 0; i < count; i++) {
                    target[at + i] =
                            Float8.toFloat(this, source.get(ValueLayout.JAVA_BYTE, base + i));
                }
            }
            case U64 -> {
                for (int i = 0; i < count; i++) {
                    target[at + i] = unsignedToFloat(toLong(source, from + i));
                }
            }
            default -> {
                for (int i = 0; i < count; i++) {
                    target[at + i] = toLong(source, from + i);
                }
            }
        }
    }

    /// By way of an array: loops over mapped memory are slow until they are compiled.
    private void halvesToFloats(
            MemorySegment source, long base, float[] target, int at, int count) {
        short[] bits = new short[Math.min(count, HALVES_AT_ONCE)];
        for (int done = 0; done < count; done += bits.length) {
            int n = Math.min(bits.length, count - done);
            MemorySegment.copy(source, SHORT, base + 2L * done, bits, 0, n);
            if (this == BF16) {
                widenBfloat16(bits, n, target, at + done);
            } else {
                widenFloat16(bits, n, target, at + done);
            }
        }
    }

    private static void widenBfloat16(short[] bits, int n, float[] target, int at) {
        for (int i = 0; i < n; i++) {
            target[at + i] = Float.intBitsToFloat(bits[i] << 16);
        }
    }

    private static void widenFloat16(short[] bits, int n, float[] target, int at) {
        for (int i = 0; i < n; i++) {
            target[at + i] = Float.float16ToFloat(bits[i]);
        }
    }

    /// One element of an integer type.
    ///
    /// @throws IllegalStateException for floating types
    public long toLong(MemorySegment source, long index) {
        long at = index * blockBytes;
        return switch (this) {
            case I64, U64 -> source.get(LONG, at);
            case I32 -> source.get(INT, at);
            case U32 -> Integer.toUnsignedLong(source.get(INT, at));
            case I16 -> source.get(SHORT, at);
            case U16 -> Short.toUnsignedLong(source.get(SHORT, at));
            case I8 -> source.get(ValueLayout.JAVA_BYTE, at);
            case U8, BOOL -> Byte.toUnsignedLong(source.get(ValueLayout.JAVA_BYTE, at));
            default -> throw new IllegalStateException(this + " is not an integer type");
        };
    }

    /// Rounds `count` floats to this type (F32, F16 or BF16; ties to even) and stores them.
    public void fromFloats(float[] source, int at, int count, MemorySegment target, long to) {
        long base = to * blockBytes;
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

    private static float unsignedToFloat(long value) {
        return value >= 0 ? value : (float) ((value >>> 1) | (value & 1)) * 2;
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
