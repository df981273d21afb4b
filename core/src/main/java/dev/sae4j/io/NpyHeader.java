package dev.sae4j.io;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;

/// What stands before the numbers of an npy array.
///
/// Layout: `\x93NUMPY`, version as two bytes, length of the header (`u16` in version 1.0, `u32` in
/// 2.0 and 3.0), then the header, a Python dictionary such as
/// `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`, padded by blanks. It is read by
/// its grammar ([NpyLiteral]) and never evaluated.
///
/// bfloat16 has no name in this format: numpy with the package `ml_dtypes` writes it as `'<V2'`,
/// two bytes of nothing in particular. That, `'|V2'` and `'bfloat16'` are taken for BF16.
///
/// @param dtype type of the elements
/// @param bigEndian true if the bytes of each element are the other way round
/// @param fortranOrder true if the first index runs fastest
/// @param shape sizes, outermost first
/// @param dataAt place of the first element, counted from the magic bytes
record NpyHeader(DType dtype, boolean bigEndian, boolean fortranOrder, long[] shape, long dataAt) {
    /// The longest header that is read; numpy's own limit.
    static final int LONGEST = 10_000;

    /// How much of an array to look at for its header.
    static final int HEAD = LONGEST + 12;

    private static final int VERSION_AT = 6;

    /// Reads a header.
    ///
    /// @param head the first bytes of the array, at most [#HEAD]
    /// @param size bytes of the whole array
    static NpyHeader read(Path file, String name, MemorySegment head, long size) {
        String start = latin(head, 0, Math.min(8, head.byteSize()));
        if (start.length() < 8 || !start.startsWith("\u0093NUMPY")) {
            throw bad(file, name, "does not begin as an npy array does");
        }
        int major = start.charAt(VERSION_AT);
        if (major < 1 || major > 3 || start.charAt(VERSION_AT + 1) != 0) {
            throw bad(
                    file,
                    name,
                    "has npy version %d.%d: 1.0, 2.0 and 3.0 are known"
                            .formatted(major, (int) start.charAt(VERSION_AT + 1)));
        }
        int textAt = major == 1 ? 10 : 12;
        if (head.byteSize() < textAt) {
            throw bad(file, name, "is cut inside its header");
        }
        long length = major == 1 ? LittleEndian.u16(head, 8) : LittleEndian.u32(head, 8);
        if (length > LONGEST || length > head.byteSize() - textAt) {
            throw bad(
                    file,
                    name,
                    "says its header has %d bytes, but has %d (limit %d)"
                            .formatted(length, size - textAt, LONGEST));
        }
        NpyLiteral literal = new NpyLiteral(file, name, latin(head, textAt, length));
        NpyHeader header = literal.header(textAt + length);
        header.check(file, name, size);
        return header;
    }

    /// Bytes of all elements.
    long bytes() {
        return dtype.sizeOf(Tensor.product(shape));
    }

    /// True if the elements stand as a [Tensor] has them.
    boolean inOrder() {
        return !bigEndian && !fortranOrder;
    }

    /// Bytes that are turned round together where the order of bytes differs.
    int unit() {
        return dtype.isComplex() ? dtype.bytes() / 2 : dtype.bytes();
    }

    private void check(Path file, String name, long size) {
        long need;
        try {
            need = bytes();
        } catch (ArithmeticException e) {
            throw Sae4jException.in(
                    file, "array '%s' has a shape whose size overflows".formatted(name), e);
        }
        if (need > size - dataAt) {
            throw bad(
                    file,
                    name,
                    "needs %d bytes for its elements, but %d follow: cut short, download it again"
                            .formatted(need, size - dataAt));
        }
    }

    /// The type that a `descr` names: byte order, kind, bytes.
    static NpyHeader of(
            Path file, String name, String descr, boolean fortran, long[] shape, long dataAt) {
        String type = descr.replaceFirst("^[<>|=]", "");
        DType dtype =
                switch (type.toLowerCase(Locale.ROOT).equals("bfloat16") ? "V2" : type) {
                    case "f2" -> DType.F16;
                    case "f4" -> DType.F32;
                    case "f8" -> DType.F64;
                    case "V2" -> DType.BF16;
                    case "i1" -> DType.I8;
                    case "i2" -> DType.I16;
                    case "i4" -> DType.I32;
                    case "i8" -> DType.I64;
                    case "u1" -> DType.U8;
                    case "u2" -> DType.U16;
                    case "u4" -> DType.U32;
                    case "u8" -> DType.U64;
                    case "b1" -> DType.BOOL;
                    case "c8" -> DType.C64;
                    case "c16" -> DType.C128;
                    default -> throw bad(file, name, refusal(descr, type));
                };
        // bytes of vectors stand alike in both orders
        boolean ordered = fortran && shape.length > 1;
        boolean turned = descr.startsWith(">") && dtype.bytes() > 1;
        return new NpyHeader(dtype, turned, ordered, shape, dataAt);
    }

    private static String refusal(String descr, String type) {
        return switch (type.isEmpty() ? ' ' : type.charAt(0)) {
            case 'O' ->
                    "holds Python objects (dtype '%s'): they are a pickle, which is never run"
                            .formatted(descr);
            case 'U', 'S', 'a' -> "holds strings (dtype '%s'), not numbers".formatted(descr);
            default ->
                    "has dtype '%s': f2 f4 f8, i1 to i8, u1 to u8, b1, c8 and bfloat16 are known"
                            .formatted(descr);
        };
    }

    private static String latin(MemorySegment bytes, long at, long count) {
        return new String(
                bytes.asSlice(at, count).toArray(ValueLayout.JAVA_BYTE),
                StandardCharsets.ISO_8859_1);
    }

    static Sae4jException bad(Path file, String name, String message) {
        return Sae4jException.in(file, "array '%s' %s".formatted(name, message));
    }
}
