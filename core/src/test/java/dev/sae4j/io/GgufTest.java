package dev.sae4j.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GgufTest {
    @TempDir Path folder;

    /// Little-endian bytes of a GGUF file.
    private static final class Bytes {
        private ByteBuffer buffer = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);

        private static Bytes header(int version, long tensors, long values) {
            Bytes bytes = new Bytes();
            bytes.buffer.put("GGUF".getBytes(StandardCharsets.US_ASCII)).putInt(version);
            bytes.buffer.putLong(tensors).putLong(values);
            return bytes;
        }

        Bytes text(String text) {
            byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
            if (buffer.remaining() < utf8.length + 100) {
                ByteBuffer larger =
                        ByteBuffer.allocate(2 * buffer.capacity()).order(ByteOrder.LITTLE_ENDIAN);
                buffer = larger.put(buffer.flip());
            }
            buffer.putLong(utf8.length).put(utf8);
            return this;
        }

        Bytes i32(int... values) {
            Arrays.stream(values).forEach(buffer::putInt);
            return this;
        }

        Bytes i64(long... values) {
            Arrays.stream(values).forEach(buffer::putLong);
            return this;
        }

        /// Data up to `size` bytes from the next multiple of `alignment`.
        byte[] data(int alignment, int size) {
            int start = Math.ceilDiv(buffer.position(), alignment) * alignment;
            return Arrays.copyOf(buffer.array(), start + size);
        }
    }

    private Path file(byte[] bytes) throws IOException {
        return Files.write(folder.resolve("x.gguf"), bytes);
    }

    private void refuses(byte[] bytes, String message) {
        assertThatThrownBy(() -> Gguf.open(file(bytes)).close())
                .isInstanceOf(Sae4jException.class)
                .hasMessageContaining("x.gguf] ")
                .hasMessageContaining(message);
    }

    private static byte[] matrix(int version) {
        return Bytes.header(version, 1, 1)
                .text("general.alignment")
                .i32(4, 64)
                .text("w")
                .i32(2)
                .i64(3, 2)
                .i32(0)
                .i64(0)
                .data(64, 24);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void readsShapesOutermostFirst(int version) throws IOException {
        byte[] bytes = matrix(version);
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putFloat(bytes.length - 12, 4);
        try (TensorFile file = TensorFile.open(file(bytes))) {
            assertThat(file.container()).isEqualTo("gguf " + version);
            assertThat(file.require("w", "test", 2, 3).toFloats())
                    .containsExactly(0, 0, 0, 4, 0, 0);
            assertThat(file.values().path("general.alignment").asInt()).isEqualTo(64);
        }
    }

    @Test
    void readsAFileWithoutTensors() throws IOException {
        try (Gguf file = Gguf.open(file(Bytes.header(3, 0, 0).data(1, 0)))) {
            assertThat(file.tensors()).isEmpty();
            assertThat(file.values().isEmpty()).isTrue();
        }
    }

    @Test
    void readsAVocabularyAtOnce() throws IOException {
        int words = 150_000;
        Bytes bytes = Bytes.header(3, 0, 1).text("tokens").i32(9, 8).i64(words);
        for (int i = 0; i < words; i++) {
            bytes.text("word" + i);
        }
        try (Gguf file = Gguf.open(file(bytes.data(1, 0)))) {
            assertThat(file.values().path("tokens").size()).isEqualTo(words);
            assertThat(file.values().path("tokens").get(words - 1).asString())
                    .isEqualTo("word149999");
        }
    }

    @Test
    void refusesOtherVersionsAndByteOrders() {
        refuses(Bytes.header(1, 0, 0).data(1, 0), "is GGUF of version 1: versions 2 and 3");
        refuses(Bytes.header(99, 0, 0).data(1, 0), "is GGUF of version 99: versions 2 and 3");
        refuses(Bytes.header(3 << 24, 0, 0).data(1, 0), "is a big-endian GGUF file: convert it");
        byte[] other = Bytes.header(3, 0, 0).data(1, 0);
        other[3] = 'L';
        refuses(other, "does not begin with 'GGUF'");
    }

    @Test
    void refusesFilesThatAreCut() {
        byte[] whole = matrix(3);
        for (int size = 4; size < whole.length; size++) {
            refuses(Arrays.copyOf(whole, size), "");
        }
    }

    @Test
    void refusesValuesThatCannotBe() {
        value(b -> b.i32(13), "key 'k' has a value of type 13: types 0 to 12 are known");
        value(b -> b.i32(7, 2), "key 'k' has 2 where true or false belongs");
        value(b -> b.i32(8).i64(1L << 60), "has a string of 1152921504606846976 bytes in 'k'");
        value(b -> b.i32(9, 4).i64(1L << 61), "has an array of 2305843009213693952 values");
        value(b -> b.i32(9, 0).i64(-1), "has an array of 18446744073709551615 values");
        value(
                b -> b.i32(9, 9).i64(1).i32(9).i64(1).i32(9).i64(1).i32(9).i64(1).i32(0).i64(0),
                "key 'k' has arrays nested deeper than 4");
        value(b -> b.i32(9, 0).i64(2_000_000), "more than 1500000 values in its arrays", 2_000_000);
        refuses(Bytes.header(3, 0, 1).i64(70_000).data(1, 80_000), "name of key 0 has 70000 bytes");
        refuses(
                Bytes.header(3, 0, 2).text("k").i32(4, 1).text("k").i32(4, 1).data(1, 0),
                "has two values for the key 'k'");
        refuses(
                Bytes.header(3, 0, 1).text("general.alignment").i32(4, 24).data(1, 0),
                "has general.alignment 24: not a power of two");
        refuses(Bytes.header(3, 0, 1L << 62).data(1, 99), "says it has 4611686018427387904 key-");
        refuses(Bytes.header(3, 1_000_000, 0).data(1, 99), "says it has 1000000 tensors");
    }

    private void value(Consumer<Bytes> value, String message) {
        value(value, message, 64);
    }

    private void value(Consumer<Bytes> value, String message, int more) {
        Bytes bytes = Bytes.header(3, 0, 1).text("k");
        value.accept(bytes);
        refuses(bytes.data(1, more), message);
    }

    @Test
    void refusesTensorsThatCannotBe() {
        tensor(b -> b.i32(5), "tensor 'w' has 5 dimensions: GGUF ends at 4");
        tensor(b -> b.i32(1).i64(4).i32(17).i64(0), "tensor 'w' has type IQ2_XS (17), which is");
        tensor(b -> b.i32(1).i64(4).i32(9999).i64(0), "tensor 'w' has type unknown (9999)");
        tensor(b -> b.i32(2).i64(33, 2).i32(2).i64(0), "rows that are no whole blocks of 32");
        tensor(b -> b.i32(2).i64(1L << 33, 1L << 33).i32(0).i64(0), "a shape whose size overflows");
        tensor(b -> b.i32(1).i64(-4).i32(0).i64(0), "a shape whose size overflows");
        tensor(b -> b.i32(1).i64(4).i32(0).i64(64), "has 16 bytes at byte 64 of the data, but the");
        tensor(b -> b.i32(1).i64(4).i32(0).i64(-32), "at byte 18446744073709551584 of the data");
        tensor(b -> b.i32(1).i64(4).i32(0).i64(8), "begins at byte 8 of the data, no multiple of");
    }

    private void tensor(Consumer<Bytes> info, String message) {
        Bytes bytes = Bytes.header(3, 1, 0).text("w");
        info.accept(bytes);
        refuses(bytes.data(32, 64), message);
    }

    @Test
    void refusesTensorsOfOneNameOrPlace() {
        Bytes twice = Bytes.header(3, 2, 0);
        twice.text("w").i32(1).i64(4).i32(0).i64(0).text("w").i32(1).i64(4).i32(0).i64(32);
        refuses(twice.data(32, 64), "has two tensors named 'w'");
        Bytes shared = Bytes.header(3, 2, 0);
        shared.text("v").i32(1).i64(16).i32(0).i64(0).text("w").i32(1).i64(4).i32(0).i64(32);
        refuses(shared.data(32, 64), "tensors 'v' and 'w' overlap");
    }

    @Test
    void mutatedFilesLoadOrFailWithASentence() throws IOException {
        byte[] good = matrix(3);
        var random = new SplittableRandom(1);
        for (int i = 0; i < 3000; i++) {
            byte[] mutant = good.clone();
            for (int m = 0; m <= random.nextInt(3); m++) {
                mutant[random.nextInt(150)] = (byte) random.nextInt(256);
            }
            try (TensorFile read = Gguf.open(file(mutant))) {
                read.tensors()
                        .values()
                        .forEach(t -> assertThat(t.data().byteSize()).isLessThan(200));
            } catch (Sae4jException e) {
                assertThat(e).hasMessageStartingWith("[");
            }
        }
    }
}
