package dev.sae4j.io;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/// Writes npz archives that numpy loads: uncompressed npy arrays of version 1.0, header for header
/// as `numpy.savez` writes them. The data begins at multiples of 64 bytes of the file, and the same
/// tensors always give the same bytes.
///
/// BF16 is written as `'<V2'`, the way of the Python package `ml_dtypes`; plain numpy loads it as
/// two bytes each, and `.view(ml_dtypes.bfloat16)` gives the numbers.
public final class NpzWriter {
    private static final int ALIGNMENT = 64;

    /// numpy leaves room for the first size to grow to so many digits.
    private static final int GROWTH_DIGITS = 21;

    private NpzWriter() {}

    /// Writes all tensors, in the given order, under the final name only when complete.
    ///
    /// @throws Sae4jException if a type or a name cannot be in an npz archive
    public static void write(Path file, List<Tensor> tensors) {
        for (Tensor tensor : tensors) {
            descr(file, tensor);
            if (tensor.name().isEmpty() || ZipDirectory.leavesItsFolder(tensor.name())) {
                throw Sae4jException.in(
                        file,
                        "cannot hold a tensor named '%s': the name would leave its folder"
                                .formatted(tensor.name()));
            }
        }
        SafeFiles.write(
                file,
                out -> {
                    try (ZipWriter zip = new ZipWriter(out)) {
                        for (Tensor tensor : tensors) {
                            zip.add(
                                    tensor.name() + ".npy",
                                    List.of(
                                            MemorySegment.ofArray(header(file, tensor)),
                                            tensor.data()));
                        }
                    }
                });
    }

    private static byte[] header(Path file, Tensor tensor) {
        StringBuilder sizes = new StringBuilder();
        long[] shape = tensor.shape();
        for (int i = 0; i < shape.length; i++) {
            sizes.append(i == 0 ? "" : ", ").append(shape[i]);
        }
        String text =
                "{'descr': '%s', 'fortran_order': False, 'shape': (%s%s), }"
                        .formatted(descr(file, tensor), sizes, shape.length == 1 ? "," : "");
        if (shape.length > 0) {
            text += " ".repeat(GROWTH_DIGITS - Long.toString(shape[0]).length());
        }
        int unpadded = 10 + text.length() + 1;
        text += " ".repeat(ALIGNMENT - unpadded % ALIGNMENT) + "\n";
        var bytes = new ByteArrayOutputStream();
        bytes.writeBytes("\u0093NUMPY\1\0".getBytes(StandardCharsets.ISO_8859_1));
        bytes.write(text.length());
        bytes.write(text.length() >>> 8);
        bytes.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
        return bytes.toByteArray();
    }

    private static String descr(Path file, Tensor tensor) {
        return switch (tensor.dtype()) {
            case F16 -> "<f2";
            case F32 -> "<f4";
            case F64 -> "<f8";
            case BF16 -> "<V2";
            case I8 -> "|i1";
            case I16 -> "<i2";
            case I32 -> "<i4";
            case I64 -> "<i8";
            case U8 -> "|u1";
            case U16 -> "<u2";
            case U32 -> "<u4";
            case U64 -> "<u8";
            case BOOL -> "|b1";
            case C64 -> "<c8";
            case C128 -> "<c16";
            default ->
                    throw Sae4jException.in(
                            file,
                            "cannot hold tensor '%s' of type %s: numpy has no such type; convert it to F32 or BF16"
                                    .formatted(tensor.name(), tensor.dtype()));
        };
    }
}
