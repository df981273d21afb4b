package dev.sae4j.io;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// What a GGUF file says before its data; [Gguf] describes the layout.
///
/// @param mapped the file
/// @param version 2 or 3
/// @param values the key-values
/// @param tensors all tensors by name, in the order of the file
record GgufHeader(MappedFile mapped, int version, ObjectNode values, Map<String, Tensor> tensors) {
    /// Models have hundreds of either.
    private static final long MAX_ENTRIES = 100_000;

    private static final int MAX_DIMENSIONS = 4;
    private static final int DEFAULT_ALIGNMENT = 32;
    private static final int MAX_ALIGNMENT = 1 << 20;

    /// Least bytes of a key-value: length of the key, type, one byte of value.
    private static final int LEAST_VALUE = 13;

    /// Least bytes about a tensor: length of the name, number of sizes, type, offset.
    private static final int LEAST_TENSOR = 24;

    /// @param offset place in the data
    private record Described(String name, DType dtype, long[] shape, long offset, long bytes) {}

    static GgufHeader read(MappedFile mapped) {
        GgufReader in = new GgufReader(mapped);
        int version = version(in);
        long tensors = count(in, in.i64(), "tensors", LEAST_TENSOR);
        long pairs = count(in, in.i64(), "key-values", LEAST_VALUE);
        ObjectNode values = JsonNodeFactory.instance.objectNode();
        for (long i = 0; i < pairs; i++) {
            String key = in.name("key " + i);
            if (values.has(key)) {
                throw in.bad("has two values for the key '%s'".formatted(key));
            }
            values.set(key, new GgufValues(in, key).read());
        }
        List<Described> infos = new ArrayList<>();
        for (long i = 0; i < tensors; i++) {
            infos.add(info(in, i));
        }
        return new GgufHeader(mapped, version, values, tensors(in, infos, alignment(in, values)));
    }

    private static int version(GgufReader in) {
        if (in.i32() != 0x46554747) {
            throw in.bad("does not begin with 'GGUF'");
        }
        int version = in.i32();
        if (version != 2 && version != 3) {
            int turned = Integer.reverseBytes(version);
            throw in.bad(
                    turned > 0 && turned <= 3
                            ? "is a big-endian GGUF file: convert it to little-endian (gguf-convert-endian)"
                            : "is GGUF of version %s: versions 2 and 3 are known"
                                    .formatted(Integer.toUnsignedString(version)));
        }
        return version;
    }

    private static long count(GgufReader in, long count, String what, int least) {
        if (count < 0 || count > MAX_ENTRIES || count > in.left() / least) {
            throw in.bad(
                    "says it has %s %s, but has %d bytes (limit %d): damaged"
                            .formatted(Long.toUnsignedString(count), what, in.left(), MAX_ENTRIES));
        }
        return count;
    }

    private static int alignment(GgufReader in, JsonNode values) {
        JsonNode node = values.path("general.alignment");
        if (node.isMissingNode()) {
            return DEFAULT_ALIGNMENT;
        }
        long alignment = node.isIntegralNumber() && node.canConvertToLong() ? node.asLong() : 0;
        if (alignment < 1 || alignment > MAX_ALIGNMENT || Long.bitCount(alignment) != 1) {
            throw in.bad("has general.alignment %s: not a power of two".formatted(node));
        }
        return (int) alignment;
    }

    private static Described info(GgufReader in, long index) {
        String name = in.name("tensor " + index);
        long dimensions = Integer.toUnsignedLong(in.i32());
        if (dimensions > MAX_DIMENSIONS) {
            throw in.bad(
                    "tensor '%s' has %d dimensions: GGUF ends at %d"
                            .formatted(name, dimensions, MAX_DIMENSIONS));
        }
        long[] shape = new long[(int) dimensions];
        for (int d = shape.length - 1; d >= 0; d--) {
            shape[d] = in.i64();
        }
        DType dtype = GgufTypes.dtype(in, name, in.i32());
        long row = shape.length == 0 ? 1 : shape[shape.length - 1];
        try {
            if (Arrays.stream(shape).anyMatch(n -> n < 0)) {
                throw new ArithmeticException();
            }
            long elements = Tensor.product(shape);
            if (row % dtype.blockElements() != 0) {
                throw in.bad(
                        "tensor '%s' %s %s has rows that are no whole blocks of %d"
                                .formatted(
                                        name,
                                        dtype,
                                        Arrays.toString(shape),
                                        dtype.blockElements()));
            }
            return new Described(name, dtype, shape, in.i64(), dtype.sizeOf(elements));
        } catch (ArithmeticException e) {
            throw in.bad("tensor '%s' has a shape whose size overflows".formatted(name));
        }
    }

    private static Map<String, Tensor> tensors(
            GgufReader in, List<Described> infos, int alignment) {
        MemorySegment all = in.bytes();
        long start = Math.ceilDiv(in.at(), (long) alignment) * alignment;
        long room = Math.max(0, all.byteSize() - start);
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (Described t : infos) {
            if (t.offset < 0 || t.offset > room || t.bytes > room - t.offset) {
                throw in.bad(
                        "tensor '%s' has %d bytes at byte %s of the data, but the file holds %d: cut short, download it again"
                                .formatted(t.name, t.bytes, Long.toUnsignedString(t.offset), room));
            }
            if (t.offset % alignment != 0) {
                throw in.bad(
                        "tensor '%s' begins at byte %d of the data, no multiple of %d"
                                .formatted(t.name, t.offset, alignment));
            }
            MemorySegment data = all.asSlice(t.bytes == 0 ? 0 : start + t.offset, t.bytes);
            if (tensors.put(t.name, new Tensor(t.name, t.dtype, t.shape, data)) != null) {
                throw in.bad("has two tensors named '%s'".formatted(t.name));
            }
        }
        checkOverlaps(in, infos);
        return tensors;
    }

    private static void checkOverlaps(GgufReader in, List<Described> infos) {
        List<Described> sorted =
                infos.stream()
                        .filter(t -> t.bytes > 0)
                        .sorted(Comparator.comparingLong(Described::offset))
                        .toList();
        for (int i = 1; i < sorted.size(); i++) {
            Described before = sorted.get(i - 1);
            if (sorted.get(i).offset < before.offset + before.bytes) {
                throw in.bad(
                        "tensors '%s' and '%s' overlap".formatted(before.name, sorted.get(i).name));
            }
        }
    }
}
