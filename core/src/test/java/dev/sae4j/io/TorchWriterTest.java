package dev.sae4j.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sae4j.testing.Gen;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TorchWriterTest {
    @TempDir Path folder;

    @Test
    void readsBackEveryTypeBitByBit() {
        Path file = folder.resolve("a.pt");
        Gen.forAll(
                3,
                random -> {
                    Map<String, Tensor> tensors = new LinkedHashMap<>();
                    for (TorchDType type : TorchDType.ALL) {
                        long[][] shapes = {{}, {0, 4}, {3}, {2, 3, 5}};
                        for (long[] shape : shapes) {
                            byte[] data =
                                    new byte[(int) type.dtype().sizeOf(Tensor.product(shape))];
                            random.nextBytes(data);
                            String name = type.torchName() + Arrays.toString(shape);
                            tensors.put(
                                    name,
                                    new Tensor(
                                            "?", type.dtype(), shape, MemorySegment.ofArray(data)));
                        }
                    }
                    TorchWriter.write(file, tensors);
                    try (var read = TensorFile.open(file)) {
                        assertThat(read.tensors().keySet())
                                .containsExactlyElementsOf(tensors.keySet());
                        tensors.forEach((name, t) -> assertSame(read.find(name).orElseThrow(), t));
                        assertThat(read.problems()).isEmpty();
                    }
                });
        assertThat(folder.toFile().list()).containsExactly("a.pt");
    }

    private static void assertSame(Tensor ours, Tensor theirs) {
        assertThat(ours.describe()).isEqualTo(theirs.describe());
        assertThat(ours.data().mismatch(theirs.data())).isEqualTo(-1);
        assertThat(ours.data().byteSize()).isEqualTo(theirs.bytes());
    }

    @Test
    void keepsValuesBesideTensors() {
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("k", 64);
        config.put("sizes", List.of(0, 255, 256, 65535, 65536, -1, 1L << 40, Long.MIN_VALUE));
        config.put("lr", 1e-300);
        config.put("name", "Größe ✓ 😀");
        config.put("flags", Arrays.asList(true, false, null));
        config.put("empty", Map.of());
        Path file = folder.resolve("a.pt");
        TorchWriter.write(
                file,
                Map.of("config", config, "w", List.of(Tensor.ofFloats("", new float[] {1}, 1))));
        try (var read = TensorFile.open(file)) {
            assertThat(read.tensors().keySet()).containsExactly("w[0]");
            assertThat(read.values().get("config").toString())
                    .isEqualTo(Json.LENIENT.valueToTree(config).toString());
        }
    }

    /// torch 2.12 reads these bytes, with `weights_only=True`, as the two tensors and the number.
    @Test
    void writesTheSameBytesAlways() throws IOException {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("W", Tensor.ofFloats("", new float[] {1, 2, 3, 4, 5, 6}, 2, 3));
        tree.put(
                "b",
                new Tensor(
                        "", DType.U16, new long[] {1}, MemorySegment.ofArray(new byte[] {1, 2})));
        tree.put("k", 8);
        Path file = folder.resolve("a.pt");
        TorchWriter.write(file, tree);
        byte[] golden;
        try (var in = TorchWriterTest.class.getResourceAsStream("torch-writer.pt")) {
            golden = in.readAllBytes();
        }
        assertThat(Files.readAllBytes(file)).isEqualTo(golden);
    }

    @Test
    void refusesWhatTorchDoesNotHave() {
        Tensor blocks =
                new Tensor("", DType.Q8_0, new long[] {32}, MemorySegment.ofArray(new byte[34]));
        Path file = folder.resolve("a.pt");
        assertThatThrownBy(() -> TorchWriter.write(file, Map.of("w", blocks)))
                .isInstanceOf(Sae4jException.class)
                .hasMessageContaining("cannot hold tensor 'w' of type Q8_0");
        assertThatThrownBy(() -> TorchWriter.write(file, Map.of("w", new Object())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("cannot hold a java.lang.Object");
        assertThat(folder).isEmptyDirectory();
    }
}
