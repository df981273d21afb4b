package dev.sae4j.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sae4j.testing.Gen;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NpzWriterTest {
    @TempDir Path folder;

    @Test
    void readsWhatTheWriterWrote() {
        Gen.forAll(30, this::roundTrip);
    }

    private void roundTrip(SplittableRandom random) {
        List<DType> types =
                Arrays.stream(DType.values())
                        .filter(d -> !d.isQuantised() && !d.name().matches("F8.*|C32"))
                        .toList();
        List<Tensor> tensors =
                types.stream()
                        .map(dtype -> {
                            long[] shape = random.longs(random.nextInt(4), 0, 9).toArray();
                            byte[] data = new byte[(int) dtype.sizeOf(Tensor.product(shape))];
                            random.nextBytes(data);
                            return new Tensor(
                                    "t." + dtype, dtype, shape, MemorySegment.ofArray(data));
                        })
                        .toList();
        Path file = folder.resolve("r.npz");
        NpzWriter.write(file, tensors);
        try (TensorFile read = TensorFile.open(file)) {
            assertThat(read.tensors()).hasSameSizeAs(tensors);
            assertThat(read.problems()).isEmpty();
            for (Tensor tensor : tensors) {
                Tensor back = read.require(tensor.name(), "written", tensor.shape());
                assertThat(back.dtype()).isEqualTo(tensor.dtype());
                assertThat(back.data().toArray(ValueLayout.JAVA_BYTE))
                        .isEqualTo(tensor.data().toArray(ValueLayout.JAVA_BYTE));
                assertThat(back.data().address() % 64).isZero();
            }
        }
    }

    @Test
    void writesTheHeadersOfNumpy() throws IOException {
        Path file = folder.resolve("g.npz");
        NpzWriter.write(
                file,
                List.of(
                        Tensor.ofFloats("a", new float[12], 3, 4),
                        Tensor.ofInts("b", new int[] {1, 2, 3}, 3),
                        new Tensor(
                                "c", DType.BF16, new long[0], MemorySegment.ofArray(new byte[2]))));
        String text = Files.readString(file, StandardCharsets.ISO_8859_1);
        assertThat(text)
                .contains(
                        "\u0093NUMPY\1\0v\0{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }"
                                + " ".repeat(58)
                                + "\n\0",
                        "\u0093NUMPY\1\0v\0{'descr': '<i4', 'fortran_order': False, 'shape': (3,), }"
                                + " ".repeat(60)
                                + "\n\1\0\0\0\2",
                        "{'descr': '<V2', 'fortran_order': False, 'shape': (), }"
                                + " ".repeat(62)
                                + "\n");
        byte[] first = Files.readAllBytes(file);
        NpzWriter.write(file, List.of(Tensor.ofFloats("a", new float[12], 3, 4)));
        assertThat(Files.readAllBytes(file)).startsWith(Arrays.copyOf(first, 240));
    }

    @Test
    void refusesToWriteWhatNumpyCannotName() {
        Path file = folder.resolve("w.npz");
        Tensor small =
                new Tensor("q", DType.F8_E4M3, new long[] {1}, MemorySegment.ofArray(new byte[1]));
        assertThatThrownBy(() -> NpzWriter.write(file, List.of(small)))
                .isInstanceOf(Sae4jException.class)
                .hasMessageContaining("cannot hold tensor 'q' of type F8_E4M3");
        Tensor outside = Tensor.ofFloats("../q", new float[1], 1);
        assertThatThrownBy(() -> NpzWriter.write(file, List.of(outside)))
                .isInstanceOf(Sae4jException.class)
                .hasMessageContaining("cannot hold a tensor named '../q'");
        assertThat(file).doesNotExist();
    }
}
