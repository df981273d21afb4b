package dev.sae4j.io;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// A safetensors file, mapped: opening reads the header only, whatever the size of the data.
///
/// Layout, little-endian: `[u64]` length n of the header; `[n bytes]` JSON object, tensor name to
/// `{"dtype", "shape", "data_offsets": [begin, end]}` with offsets counted from the end of the
/// header, and an optional `"__metadata__"` object of strings; `[rest]` the data. Tensors may not
/// overlap and must cover the data without gaps.
///
/// Tensors are valid until [#close()]. Instances may be shared between threads.
public final class Safetensors implements TensorFile {
    /// Larger headers are refused: real ones stay below a few megabytes.
    static final long MAX_HEADER = 100_000_000;

    private final MappedFile mapped;
    private final Map<String, Tensor> tensors;
    private final Map<String, String> metadata;

    private Safetensors(
            MappedFile mapped, Map<String, Tensor> tensors, Map<String, String> metadata) {
        this.mapped = mapped;
        this.tensors = Collections.unmodifiableMap(tensors);
        this.metadata = Collections.unmodifiableMap(metadata);
    }

    /// Maps a file and checks its header.
    ///
    /// @throws Sae4jException if the file is missing, cut short or its header is not consistent
    public static Safetensors open(Path file) {
        return MappedFile.open(file).parse(Safetensors::of);
    }

    static Safetensors of(MappedFile mapped) {
        Path file = mapped.file();
        MemorySegment all = mapped.bytes();
        long size = all.byteSize();
        if (size < 8) {
            throw Sae4jException.in(
                    file, "is %d bytes long: a safetensors file has at least 8".formatted(size));
        }
        var u64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
        long headerLength = all.get(u64, 0);
        if (headerLength < 2 || headerLength > MAX_HEADER || headerLength > size - 8) {
            throw Sae4jException.in(
                    file,
                    "says its header is %s bytes long, but the file has %d bytes (limit %d): not a safetensors file, or damaged"
                            .formatted(Long.toUnsignedString(headerLength), size, MAX_HEADER));
        }
        byte[] json = all.asSlice(8, headerLength).toArray(ValueLayout.JAVA_BYTE);
        JsonNode header;
        try {
            String text =
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(json)).toString();
            header = Json.STRICT.readTree(text);
        } catch (CharacterCodingException e) {
            throw Sae4jException.in(file, "has a header that is not UTF-8: damaged", e);
        } catch (JacksonException e) {
            throw Sae4jException.in(
                    file, "has a header that is not JSON: " + e.getOriginalMessage(), e);
        }
        if (!header.isObject()) {
            throw Sae4jException.in(file, "has a header that is not a JSON object");
        }
        MemorySegment data = all.asSlice(8 + headerLength);
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        Map<String, String> metadata = new LinkedHashMap<>();
        List<long[]> ranges = new ArrayList<>();
        for (var entry : header.properties()) {
            if (entry.getKey().equals("__metadata__")) {
                entry.getValue()
                        .properties()
                        .forEach(m -> metadata.put(m.getKey(), m.getValue().asString("")));
            } else {
                tensors.put(
                        entry.getKey(),
                        tensor(file, entry.getKey(), entry.getValue(), data, ranges));
            }
        }
        checkCover(file, ranges, data.byteSize());
        return new Safetensors(mapped, tensors, metadata);
    }

    private static Tensor tensor(
            Path file, String name, JsonNode entry, MemorySegment data, List<long[]> ranges) {
        DType dtype = dtype(file, name, entry.path("dtype").asString(""));
        JsonNode sizes = entry.path("shape");
        JsonNode offsets = entry.path("data_offsets");
        if (!sizes.isArray() || sizes.size() > 16 || !offsets.isArray() || offsets.size() != 2) {
            throw Sae4jException.in(
                    file, "tensor '%s' lacks a shape or data_offsets [begin, end]".formatted(name));
        }
        long[] shape = new long[sizes.size()];
        for (int i = 0; i < shape.length; i++) {
            shape[i] = natural(file, name, sizes.get(i));
        }
        long begin = natural(file, name, offsets.get(0));
        long end = natural(file, name, offsets.get(1));
        long need;
        try {
            need = dtype.sizeOf(Tensor.product(shape));
        } catch (ArithmeticException e) {
            throw Sae4jException.in(
                    file, "tensor '%s' has a shape whose size overflows".formatted(name), e);
        }
        if (end > data.byteSize()) {
            throw Sae4jException.in(
                    file,
                    "tensor '%s' ends at byte %d of the data, but the file holds %d: cut short, download it again"
                            .formatted(name, end, data.byteSize()));
        }
        if (begin > end || end - begin != need) {
            throw Sae4jException.in(
                    file,
                    "tensor '%s' %s %s needs %d bytes, but its data_offsets span %d"
                            .formatted(name, dtype, Arrays.toString(shape), need, end - begin));
        }
        ranges.add(new long[] {begin, end});
        return new Tensor(name, dtype, shape, data.asSlice(begin, need));
    }

    private static DType dtype(Path file, String name, String word) {
        for (DType known : DType.values()) {
            if (known.name().equals(word) && !known.isQuantised()) {
                return known;
            }
        }
        throw Sae4jException.in(
                file,
                "tensor '%s' has dtype '%s': known are %s"
                        .formatted(
                                name,
                                word,
                                Arrays.stream(DType.values())
                                        .filter(d -> !d.isQuantised())
                                        .toList()));
    }

    private static long natural(Path file, String name, JsonNode node) {
        if (!node.isIntegralNumber() || !node.canConvertToLong() || node.asLong() < 0) {
            throw Sae4jException.in(
                    file,
                    "tensor '%s' has %s where a size or offset belongs"
                            .formatted(name, node.toString()));
        }
        return node.asLong();
    }

    private static void checkCover(Path file, List<long[]> ranges, long dataBytes) {
        ranges.sort(Comparator.comparingLong((long[] r) -> r[0]).thenComparingLong(r -> r[1]));
        long at = 0;
        for (long[] range : ranges) {
            if (range[0] < at) {
                throw Sae4jException.in(
                        file, "tensors overlap at byte %d of the data".formatted(range[0]));
            }
            if (range[0] > at) {
                throw Sae4jException.in(
                        file,
                        "bytes %d to %d of the data belong to no tensor".formatted(at, range[0]));
            }
            at = range[1];
        }
        if (at != dataBytes) {
            throw Sae4jException.in(
                    file,
                    "has %d bytes of data, but its tensors end at %d".formatted(dataBytes, at));
        }
    }

    @Override
    public Path file() {
        return mapped.file();
    }

    @Override
    public String container() {
        return "safetensors";
    }

    @Override
    public Map<String, Tensor> tensors() {
        return tensors;
    }

    /// The strings of `__metadata__`.
    @Override
    public JsonNode values() {
        return Json.LENIENT.valueToTree(metadata);
    }

    /// The strings of `__metadata__`.
    public Map<String, String> metadata() {
        return metadata;
    }

    @Override
    public void close() {
        mapped.close();
    }
}
