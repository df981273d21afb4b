package dev.sae4j.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sae4j.testing.Gen;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NpzTest {
    @TempDir Path folder;

    /// An npy array of the given version with any text as its header.
    private static byte[] npy(int version, String header, byte[] data) {
        byte[] text = header.getBytes(StandardCharsets.ISO_8859_1);
        ByteBuffer all =
                ByteBuffer.allocate(8 + (version == 1 ? 2 : 4) + text.length + data.length)
                        .order(ByteOrder.LITTLE_ENDIAN);
        all.put("\u0093NUMPY".getBytes(StandardCharsets.ISO_8859_1));
        all.put((byte) version).put((byte) 0);
        if (version == 1) {
            all.putShort((short) text.length);
        } else {
            all.putInt(text.length);
        }
        return all.put(text).put(data).array();
    }

    private static byte[] header(String descr, String fortran, String shape, byte[] data) {
        return npy(
                1,
                "{'descr': '%s', 'fortran_order': %s, 'shape': %s, }  \n"
                        .formatted(descr, fortran, shape),
                data);
    }

    private static byte[] floats(ByteOrder order, float... values) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(order);
        bytes.asFloatBuffer().put(values);
        return bytes.array();
    }

    private TensorFile open(byte[] array) throws IOException {
        return TensorFile.open(Files.write(folder.resolve("x.npy"), array));
    }

    private float[] read(byte[] array) throws IOException {
        try (TensorFile file = open(array)) {
            return file.find("x").orElseThrow().toFloats();
        }
    }

    private static byte[] deflated(String name, byte[] content) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            zip.putNextEntry(new ZipEntry(name));
            zip.write(content);
        }
        return bytes.toByteArray();
    }

    @Test
    void readsASingleArrayOfAnyVersionUnderTheNameOfItsFile() throws IOException {
        byte[] data = floats(ByteOrder.LITTLE_ENDIAN, 1, 2, 3, 4, 5, 6);
        for (int version = 1; version <= 3; version++) {
            byte[] array =
                    npy(
                            version,
                            "{\"shape\":(2,3L),'fortran_order' : False , 'descr': '<f4'}",
                            data);
            try (TensorFile file = open(array)) {
                assertThat(file.container()).isEqualTo("npy");
                Tensor x = file.require("x", "test", 2, 3);
                assertThat(x.toFloats()).containsExactly(1, 2, 3, 4, 5, 6);
                assertThat(file.problems()).isEmpty();
            }
        }
    }

    @Test
    void putsFortranOrderAndBigEndianNumbersInOrder() throws IOException {
        float[] columns = {1, 4, 2, 5, 3, 6};
        assertThat(read(header("<f4", "True", "(2, 3)", floats(ByteOrder.LITTLE_ENDIAN, columns))))
                .containsExactly(1, 2, 3, 4, 5, 6);
        assertThat(read(header(">f4", "True", "(2, 3)", floats(ByteOrder.BIG_ENDIAN, columns))))
                .containsExactly(1, 2, 3, 4, 5, 6);
        assertThat(read(header(">f4", "False", "(6,)", floats(ByteOrder.BIG_ENDIAN, columns))))
                .containsExactly(1, 4, 2, 5, 3, 6);
    }

    @Test
    void turnsArraysOfAnyShapeAndWidth() {
        Gen.forAll(
                60,
                random -> {
                    int width = 1 << random.nextInt(4);
                    long[] shape = random.longs(random.nextInt(1, 5), 1, 7).toArray();
                    if (random.nextInt(5) == 0) {
                        shape = new long[] {random.nextInt(1, 90), 1, random.nextInt(1, 90)};
                    }
                    byte[] source = new byte[(int) Tensor.product(shape) * width];
                    random.nextBytes(source);
                    byte[] target = new byte[source.length];
                    NpyOrder.toRowMajor(
                            shape,
                            width,
                            MemorySegment.ofArray(source),
                            MemorySegment.ofArray(target));
                    assertThat(target).isEqualTo(slowlyTurned(shape, width, source));
                });
    }

    /// Element by element, by the definition of column-major order.
    private static byte[] slowlyTurned(long[] shape, int width, byte[] source) {
        byte[] target = new byte[source.length];
        long[] index = new long[shape.length];
        for (int to = 0; to < source.length; to += width) {
            long from = 0;
            for (int d = shape.length - 1; d >= 0; d--) {
                from = from * shape[d] + index[d];
            }
            System.arraycopy(source, (int) from * width, target, to, width);
            for (int d = shape.length - 1; d >= 0 && ++index[d] == shape[d]; d--) {
                index[d] = 0;
            }
        }
        return target;
    }

    @Test
    void readsDeflatedArrays() throws IOException {
        byte[] array = header(">f4", "True", "(2, 2)", floats(ByteOrder.BIG_ENDIAN, 1, 3, 2, 4));
        Path file = Files.write(folder.resolve("d.npz"), deflated("a/w.npy", array));
        try (TensorFile npz = TensorFile.open(file)) {
            assertThat(npz.container()).isEqualTo("npz");
            assertThat(npz.require("a/w", "test", 2, 2).toFloats()).containsExactly(1, 2, 3, 4);
            assertThat(npz.problems()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "<f2, F16, 2", "<f8, F64, 8", "|i1, I8, 1", "<i2, I16, 2", "<i4, I32, 4", "<i8, I64, 8",
        "|u1, U8, 1", "<u2, U16, 2", ">u4, U32, 4", "=u8, U64, 8", "|b1, BOOL, 1", "<c8, C64, 8",
        "<V2, BF16, 2", "|V2, BF16, 2", "bfloat16, BF16, 2"
    })
    void knowsNumpysTypes(String descr, DType dtype, int bytes) throws IOException {
        try (TensorFile file = open(header(descr, "False", "()", new byte[bytes]))) {
            assertThat(file.find("x").orElseThrow().describe()).isEqualTo(dtype + " []");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '#',
            value = {
                "{'descr': '|O', 'fortran_order': False, 'shape': (1,)} ; holds Python objects (dtype '|O')",
                "{'descr': '<U2', 'fortran_order': False, 'shape': (1,)} ; holds strings (dtype '<U2')",
                "{'descr': '<f3', 'fortran_order': False, 'shape': (1,)} ; has dtype '<f3': f2 f4",
                "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)} ; structured dtype",
                "{'descr': '<f4', 'fortran_order': 0, 'shape': (1,)} ; where True or False belongs",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)} ; where a size belongs",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (9**9,)} ; '**9,)}' at character 52",
                "{'descr': '<f4', 'fortran_order': False, 'shape': ((1,),)} ; where a size belongs",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (1234567890123456789,)} ; overflows",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296,4294967296)} ; overflows",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (3,)} ; needs 12 bytes for its elements, but 8 follow",
                "{'descr': '<f4', 'fortran_order': False} ; without descr, fortran_order or shape",
                "{'descr': '<f4', 'descr': '<f4'} ; 'descr' in its header, unknown or twice",
                "{'descr': '<f4', 'x': 1} ; 'x' in its header, unknown or twice",
                "{'descr': '<f4'} 1 ; has '1' at character 17 of its header, where the end belongs",
                "{'descr': '<f4' ; where '}' belongs",
                "f() ; where '{' belongs",
            })
    void refusesOtherHeaders(String header, String message) {
        assertThatThrownBy(() -> open(npy(1, header, new byte[8])).close())
                .isInstanceOf(Sae4jException.class)
                .hasMessageContaining("x.npy] array 'x' ")
                .hasMessageContaining(message);
    }

    @Test
    void refusesArraysThatAreCut() throws IOException {
        byte[] array = header("<f4", "False", "(2,)", new byte[8]);
        for (int cut = 1; cut < array.length - 6; cut++) {
            byte[] shorter = Arrays.copyOf(array, array.length - cut);
            assertThatThrownBy(() -> open(shorter).close())
                    .isInstanceOf(Sae4jException.class)
                    .hasMessageContaining("x.npy] array 'x' ");
        }
        array[6] = 9;
        assertThatThrownBy(() -> open(array).close())
                .hasMessageContaining("has npy version 9.0: 1.0, 2.0 and 3.0 are known");
        byte[] padded = npy(2, " ".repeat(20_000), new byte[0]);
        assertThatThrownBy(() -> open(padded).close())
                .hasMessageContaining("says its header has 20000 bytes");
    }

    @Test
    void refusesTooManyDimensions() {
        byte[] array = header("<f4", "False", "(" + "1,".repeat(65) + ")", new byte[4]);
        assertThatThrownBy(() -> open(array).close())
                .hasMessageContaining("has more than 64 dimensions");
    }

    @Test
    void reportsWhatLooksWrong() throws IOException {
        var bytes = new ByteArrayOutputStream();
        byte[] array = header("<f4", "False", "(1,)", new byte[7]);
        try (var zip = new ZipWriter(bytes)) {
            zip.add("w.npy", List.of(MemorySegment.ofArray(array)));
            zip.add("notes", List.of(MemorySegment.ofArray(new byte[3])));
        }
        byte[] archive = bytes.toByteArray();
        archive[64 + array.length - 1] ^= 1;
        try (TensorFile file = TensorFile.open(Files.write(folder.resolve("p.npz"), archive))) {
            assertThat(file.problems())
                    .containsExactly(
                            "array 'w' has 3 bytes after its last element",
                            "record 'notes' is no npy array: left out",
                            "record 'w.npy' does not have the checksum that the archive gives for it: damaged, or changed after it was written");
        }
    }

    @Test
    void mutatedArchivesLoadOrFailWithASentence() throws IOException {
        Path good = folder.resolve("good.npz");
        NpzWriter.write(good, List.of(Tensor.ofFloats("w", new float[6], 2, 3)));
        List<byte[]> originals =
                List.of(
                        Files.readAllBytes(good),
                        deflated("w.npy", header(">f4", "True", "(2, 3)", new byte[24])));
        var random = new SplittableRandom(1);
        Path file = folder.resolve("mutant.npz");
        for (int i = 0; i < 2000; i++) {
            byte[] mutant = originals.get(i % 2).clone();
            for (int m = 0; m <= random.nextInt(3); m++) {
                mutant[random.nextInt(mutant.length)] = (byte) random.nextInt(256);
            }
            Files.write(file, mutant);
            try (TensorFile read = TensorFile.open(file)) {
                read.tensors()
                        .values()
                        .forEach(t -> assertThat(t.data().byteSize()).isLessThan(300));
                read.problems();
            } catch (Sae4jException e) {
                assertThat(e).hasMessageStartingWith("[");
            }
        }
    }
}
