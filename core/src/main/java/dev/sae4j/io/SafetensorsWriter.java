package dev.sae4j.io;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Writes safetensors files; [Safetensors] describes the layout. The header is padded with spaces
/// so that the data begins at a multiple of 64 bytes, and the same input always gives the same
/// bytes.
public final class SafetensorsWriter {
    private static final int ALIGNMENT = 64;

    private SafetensorsWriter() {}

    /// Writes all tensors, in the given order, under the final name only when complete.
    public static void write(Path file, Map<String, String> metadata, List<Tensor> tensors) {
        SafeFiles.write(file, out -> write(out, metadata, tensors));
    }

    /// Writes the bytes of such a file, block by block: tensors are not copied as a whole.
    public static void write(OutputStream out, Map<String, String> metadata, List<Tensor> tensors)
            throws IOException {
        out.write(header(metadata, tensors));
        for (Tensor tensor : tensors) {
            copy(tensor.data(), out);
        }
    }

    private static byte[] header(Map<String, String> metadata, List<Tensor> tensors) {
        Map<String, Object> json = new LinkedHashMap<>();
        if (!metadata.isEmpty()) {
            json.put("__metadata__", new TreeMap<>(metadata));
        }
        long at = 0;
        for (Tensor tensor : tensors) {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("dtype", tensor.dtype().name());
            entry.put("shape", tensor.shape());
            long end = at + tensor.data().byteSize();
            entry.put("data_offsets", new long[] {at, end});
            at = end;
            if (json.put(tensor.name(), entry) != null) {
                throw new IllegalArgumentException("two tensors named '" + tensor.name() + "'");
            }
        }
        byte[] text = Json.STRICT.writeValueAsString(json).getBytes(StandardCharsets.UTF_8);
        int length = Math.ceilDiv(8 + text.length, ALIGNMENT) * ALIGNMENT;
        ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        buffer.putLong(length - 8).put(text);
        while (buffer.hasRemaining()) {
            buffer.put((byte) ' ');
        }
        return buffer.array();
    }

    private static void copy(MemorySegment data, OutputStream out) throws IOException {
        byte[] block = new byte[(int) Math.min(1 << 20, data.byteSize())];
        for (long at = 0; at < data.byteSize(); at += block.length) {
            int n = (int) Math.min(block.length, data.byteSize() - at);
            MemorySegment.copy(data, at, MemorySegment.ofArray(block), 0, n);
            out.write(block, 0, n);
        }
    }
}
