package dev.sae4j.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsTest {
    @TempDir Path folder;

    private Path file(String header, int dataBytes) throws IOException {
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        var bytes = ByteBuffer.allocate(8 + text.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(text.length).put(text);
        return Files.write(folder.resolve("x.safetensors"), bytes.array());
    }

    @Test
    void readsBackWhatItWrote() {
        Path file = folder.resolve("a.safetensors");
        float[] w = {1, 2, 3, 4, 5, Float.NaN};
        SafetensorsWriter.write(
                file,
                Map.of("b", "2", "a", "1"),
                List.of(
                        Tensor.ofFloats("w", w, 2, 3),
                        Tensor.ofLongs("n", new long[] {-7}),
                        Tensor.ofInts("none", new int[0], 0)));
        try (var read = Safetensors.open(file)) {
            assertThat(read.metadata()).containsEntry("a", "1").containsEntry("b", "2");
            assertThat(read.require("w", "test", 2, 3).toFloats()).isEqualTo(w);
            assertThat(read.require("n", "test").toLongs()).containsExactly(-7);
            assertThat(read.tensors()).hasSize(3);
        }
        assertThat(folder.toFile().list()).containsExactly("a.safetensors");
    }

    /// 0x80 begins a pickle, 0x4b50 (`PK`) a zip archive.
    @ParameterizedTest
    @CsvSource({"128", "384", "19280"})
    void isKnownByItsBraceWhateverItsLengthBeginsWith(int length) throws IOException {
        String header = "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}";
        Path file = file(header + " ".repeat(length - header.length()), 4);
        try (TensorFile read = TensorFile.open(file)) {
            assertThat(read.container()).isEqualTo("safetensors");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,16]}} | 12 | ends at byte 16 of the data, but the file holds 12: cut short",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[5],\"data_offsets\":[0,16]}} | 16 | needs 20 bytes, but its data_offsets span 16",
                "{\"a\":{\"dtype\":\"F99\",\"shape\":[4],\"data_offsets\":[0,16]}} | 16 | has dtype 'F99': known are",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[-4],\"data_offsets\":[0,16]}} | 16 | has -4 where a size or offset belongs",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,16]}} | 16 | has a shape whose size overflows",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}} | 12 | tensors overlap at byte 4",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}} | 12 | bytes 0 to 4 of the data belong to no tensor",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}} | 12 | has 12 bytes of data, but its tensors end at 8",
                "{\"a\":{},\"a\":{}} | 0 | has a header that is not JSON: Duplicate",
                "[1] | 0 | has a header that is not a JSON object",
                "{\"a\":3} | 0 | has dtype ''",
                "{\"a\" | 0 | has a header that is not JSON",
            })
    void refusesADamagedHeader(String header, int dataBytes, String message) throws IOException {
        Path file = file(header, dataBytes);
        assertThatThrownBy(() -> Safetensors.open(file))
                .isInstanceOf(Sae4jException.class)
                .hasMessageContaining("x.safetensors]")
                .hasMessageContaining(message);
    }

    @Test
    void refusesAHeaderLongerThanTheFile() throws IOException {
        Path file =
                Files.write(
                        folder.resolve("x.safetensors"),
                        new byte[] {-1, -1, -1, -1, -1, -1, -1, 127, 0});
        assertThatThrownBy(() -> Safetensors.open(file))
                .isInstanceOf(Sae4jException.class)
                .hasMessageContaining(
                        "says its header is 9223372036854775807 bytes long, but the file has 9 bytes");
        Files.write(file, new byte[3]);
        assertThatThrownBy(() -> Safetensors.open(file))
                .hasMessageContaining("is 3 bytes long: a safetensors file has at least 8");
    }

    @Test
    void namesTheTensorThatIsMissingOrOfAnotherShape() throws IOException {
        Path file = file("{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8);
        try (var read = Safetensors.open(file)) {
            assertThatThrownBy(() -> read.require("v", "config.json", 2))
                    .hasMessageContaining("has no tensor 'v' [2] (config.json); it has [w]");
            assertThatThrownBy(() -> read.require("w", "config.json says 3", 3))
                    .hasMessageContaining("tensor 'w' is [2]; expected [3] (config.json says 3)");
        }
    }

    @Test
    void saysThatAFileDoesNotExist() {
        assertThatThrownBy(() -> Safetensors.open(folder.resolve("none.safetensors")))
                .isInstanceOf(Sae4jException.class)
                .hasMessageContaining("does not exist");
    }

    @Test
    void mutatedFilesLoadOrFailWithASentence() throws IOException {
        byte[] good =
                Files.readAllBytes(
                        file(
                                "{\"a\":{\"dtype\":\"BF16\",\"shape\":[2,2],\"data_offsets\":[0,8]}}",
                                8));
        var random = new SplittableRandom(1);
        Path file = folder.resolve("mutant.safetensors");
        for (int i = 0; i < 2000; i++) {
            byte[] mutant = good.clone();
            for (int m = 0; m <= random.nextInt(3); m++) {
                mutant[random.nextInt(mutant.length)] = (byte) random.nextInt(256);
            }
            Files.write(file, java.util.Arrays.copyOf(mutant, random.nextInt(mutant.length + 4)));
            try (var read = Safetensors.open(file)) {
                read.tensors()
                        .values()
                        .forEach(t -> assertThat(t.elements()).isLessThanOrEqualTo(8));
            } catch (Sae4jException e) {
                assertThat(e).hasMessageStartingWith("[");
            }
        }
    }
}
