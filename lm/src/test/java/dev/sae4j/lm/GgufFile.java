package dev.sae4j.lm;

import dev.sae4j.io.SafeFiles;
import dev.sae4j.io.Tensor;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/// Writes small GGUF files, to be opened or spoilt in tests: F32 tensors, and values that are whole
/// numbers (`u32`), fractions (`f32`), truths, words, or lists of whole numbers or truths.
final class GgufFile {
    final Map<String, Object> values = new LinkedHashMap<>();
    final Map<String, Tensor> tensors = new LinkedHashMap<>();

    GgufFile put(String key, Object value) {
        values.put(key, value);
        return this;
    }

    GgufFile put(String name, float[] data, long... shape) {
        tensors.put(name, Tensor.ofFloats(name, data, shape));
        return this;
    }

    Path write(Path file) {
        SafeFiles.write(file, out -> out.write(bytes()));
        return file;
    }

    byte[] bytes() {
        var out = new Out();
        out.raw("GGUF".getBytes(StandardCharsets.US_ASCII)).i32(3);
        out.i64(tensors.size()).i64(values.size());
        values.forEach((key, value) -> {
            out.text(key);
            out.value(value);
        });
        long offset = 0;
        for (Tensor t : tensors.values()) {
            out.text(t.name()).i32(t.shape().length);
            for (int d = t.shape().length - 1; d >= 0; d--) {
                out.i64(t.shape()[d]);
            }
            out.i32(0).i64(offset);
            offset += Math.ceilDiv(t.bytes(), 32L) * 32;
        }
        for (Tensor t : tensors.values()) {
            out.pad().raw(t.data().toArray(ValueLayout.JAVA_BYTE));
        }
        return out.pad().bytes.toByteArray();
    }

    /// Little-endian bytes.
    private static final class Out {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        private Out raw(byte[] more) {
            bytes.writeBytes(more);
            return this;
        }

        private Out i32(int value) {
            return raw(buffer(4).putInt(value).array());
        }

        private Out i64(long value) {
            return raw(buffer(8).putLong(value).array());
        }

        private Out text(String text) {
            byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
            return i64(utf8.length).raw(utf8);
        }

        private Out pad() {
            return raw(new byte[-bytes.size() & 31]);
        }

        private void value(Object value) {
            switch (value) {
                case Integer i -> i32(4).i32(i);
                case Number n -> i32(6).i32(Float.floatToIntBits(n.floatValue()));
                case Boolean b -> i32(7).truth(b);
                case String s -> i32(8).text(s);
                case boolean[] flags -> {
                    i32(9).i32(7).i64(flags.length);
                    for (boolean flag : flags) {
                        truth(flag);
                    }
                }
                case int[] numbers -> {
                    i32(9).i32(4).i64(numbers.length);
                    for (int number : numbers) {
                        i32(number);
                    }
                }
                default -> throw new IllegalArgumentException(value.toString());
            }
        }

        private void truth(boolean value) {
            bytes.write(value ? 1 : 0);
        }

        private static ByteBuffer buffer(int size) {
            return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        }
    }
}
