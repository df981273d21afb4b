package dev.sae4j.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sae4j.testing.Fixtures;
import dev.sae4j.testing.Fixtures.Manifest;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

/// Checkpoints that torch wrote, in every spelling that it knows, and checkpoints made to do harm.
@Tag("fixtures-checkpoints")
class RecordedTorchFilesTest {
    /// The reference sums in float64; summing 20 and 36 products in float32 adds less than 1e-6.
    private static final double TOLERANCE = 1e-5;

    private static final Duration LONG = Duration.ofSeconds(5);

    /// Hostile files whose harm is in the container. The others are about what the tensors mean.
    private static final List<String> CONTAINER =
            List.of("pickle-", "tensor-", "storage-", "module-", "zip-", "torchscript");

    private static Stream<DynamicTest> each(String list, BiConsumer<Path, JsonNode> test) {
        return Fixtures.manifests("manifest.json", m -> isTorch(m.path(list))).stream()
                .flatMap(m -> tests(m, list, test));
    }

    private static boolean isTorch(JsonNode cases) {
        return cases.valueStream().anyMatch(c -> c.path("load").asString().endsWith(".pt"));
    }

    private static Stream<DynamicTest> tests(
            Manifest manifest, String list, BiConsumer<Path, JsonNode> test) {
        return manifest.json()
                .path(list)
                .valueStream()
                .filter(c -> c.path("load").asString().endsWith(".pt"))
                .map(c -> {
                    Path folder = manifest.folder().resolve(c.path("dir").asString());
                    return DynamicTest.dynamicTest(
                            c.path("id").asString(), () -> test.accept(folder, c));
                });
    }

    /// Files that share an expected result hold the same weights, bit by bit.
    @TestFactory
    Stream<DynamicTest> spellingsOfTorchSave() {
        Map<String, Map<String, byte[]>> firsts = new HashMap<>();
        return each(
                "cases",
                (folder, recorded) -> {
                    if (!recorded.path("group").asString().equals("torch-save")) {
                        return;
                    }
                    Path expected = folder.resolve(recorded.path("expected").asString());
                    try (var file = TensorFile.open(folder.resolve(load(recorded)));
                            var results = Safetensors.open(expected)) {
                        Map<String, Tensor> weights = withoutPrefix(file.tensors());
                        compare(weights, results);
                        Map<String, byte[]> bytes = new HashMap<>();
                        weights.forEach((name, t) -> bytes.put(name, bytes(t)));
                        Map<String, byte[]> first = firsts.putIfAbsent(expected.toString(), bytes);
                        assertThat(bytes)
                                .containsExactlyInAnyOrderEntriesOf(first == null ? bytes : first);
                        assertThat(file.problems()).isEmpty();
                    }
                });
    }

    private static String load(JsonNode recorded) {
        return recorded.path("load").asString();
    }

    private static byte[] bytes(Tensor tensor) {
        return tensor.data().toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
    }

    /// `encoder.weight` whatever stands before it.
    private static Map<String, Tensor> withoutPrefix(Map<String, Tensor> tensors) {
        Map<String, Tensor> plain = new HashMap<>();
        tensors.forEach((name, tensor) ->
                plain.put(name.replaceFirst(".*(encoder|decoder)", "$1"), tensor));
        return plain;
    }

    /// f = relu(x W_enc + b_enc), y = f W_dec + b_dec
    private static void compare(Map<String, Tensor> weights, Safetensors expected) {
        Tensor x = expected.find("x").orElseThrow();
        float[] features = linear(weights, "encoder", x.toFloats(), x.rows());
        for (int i = 0; i < features.length; i++) {
            features[i] = Math.max(features[i], 0);
        }
        assertClose(features, expected.find("features").orElseThrow().toFloats());
        float[] output = linear(weights, "decoder", features, x.rows());
        assertClose(output, expected.find("reconstruction").orElseThrow().toFloats());
    }

    /// @param x `[rows, in]`
    private static float[] linear(Map<String, Tensor> weights, String name, float[] x, int rows) {
        Tensor weight = Objects.requireNonNull(weights.get(name + ".weight")); // [out, in]
        float[] w = weight.toFloats();
        float[] bias = Objects.requireNonNull(weights.get(name + ".bias")).toFloats();
        int in = weight.columns();
        int out = weight.rows();
        float[] y = new float[rows * out];
        for (int r = 0; r < rows; r++) {
            for (int o = 0; o < out; o++) {
                float sum = bias[o];
                for (int i = 0; i < in; i++) {
                    sum += x[r * in + i] * w[o * in + i];
                }
                y[r * out + o] = sum;
            }
        }
        return y;
    }

    private static void assertClose(float[] ours, float[] theirs) {
        assertThat(ours).hasSameSizeAs(theirs);
        double largest = 0;
        double worst = 0;
        for (int i = 0; i < ours.length; i++) {
            largest = Math.max(largest, Math.abs(theirs[i]));
            worst = Math.max(worst, Math.abs(ours[i] - theirs[i]));
        }
        assertThat(worst / largest).isCloseTo(0, within(TOLERANCE));
    }

    @TestFactory
    Stream<DynamicTest> oddities() {
        return each(
                "edge",
                (folder, recorded) -> {
                    JsonNode expected =
                            Json.LENIENT.readTree(
                                    folder.resolve(recorded.path("expected").asString()).toFile());
                    try (var file = TensorFile.open(folder.resolve(load(recorded)))) {
                        assertThat(file.tensors().keySet())
                                .containsExactlyElementsOf(expected.propertyNames());
                        file.tensors().forEach((name, t) -> assertEqual(t, expected.get(name)));
                    }
                });
    }

    private static void assertEqual(Tensor tensor, JsonNode expected) {
        String dtype = Objects.requireNonNull(TorchDType.of(tensor.dtype())).torchName();
        assertThat(dtype).as(tensor.name()).isEqualTo(expected.path("dtype").asString());
        assertThat(tensor.shape())
                .isEqualTo(
                        expected.path("shape").valueStream().mapToLong(JsonNode::asLong).toArray());
        List<String> ours = new ArrayList<>();
        List<String> theirs = new ArrayList<>();
        float[] floats = tensor.toFloats();
        for (int i = 0; i < floats.length; i++) {
            JsonNode value = expected.path("values").get(i);
            if (tensor.dtype().isFloating()) {
                ours.add(Float.toString(floats[i]));
                theirs.add(Float.toString((float) number(value)));
            } else {
                ours.add(Long.toString(tensor.toLongs()[i]));
                theirs.add(value.isBoolean() ? (value.asBoolean() ? "1" : "0") : value.asString());
            }
        }
        assertThat(ours).as(tensor.name()).isEqualTo(theirs);
    }

    private static double number(JsonNode value) {
        return switch (value.asString()) {
            case "inf" -> Double.POSITIVE_INFINITY;
            case "-inf" -> Double.NEGATIVE_INFINITY;
            case "nan" -> Double.NaN;
            default -> value.asDouble();
        };
    }

    @TestFactory
    Stream<DynamicTest> hostileFiles() {
        return each(
                "hostile",
                (folder, recorded) -> {
                    String id = recorded.path("id").asString();
                    Path file = folder.resolve(load(recorded));
                    long start = System.nanoTime();
                    try (var open = TensorFile.open(file)) {
                        open.tensors().values().forEach(t -> t.data().mismatch(MemorySegment.NULL));
                        assertLoadedRightly(id, recorded.path("expect").asString(), open);
                    } catch (Sae4jException e) {
                        assertThat(e).hasMessageStartingWith("[" + folder.getFileName() + "/");
                        assertThat(recorded.path("expect").asString()).isNotEqualTo("report");
                    }
                    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(LONG);
                    assertNothingHappened(folder, recorded);
                });
    }

    private static void assertLoadedRightly(String id, String expect, TensorFile file) {
        boolean ours = CONTAINER.stream().anyMatch(id::startsWith);
        boolean namesAreWords =
                file.tensors().keySet().stream().anyMatch(n -> n.matches(".*[a-z].*"));
        if (ours && namesAreWords) { // without words it is a dictionary that no format knows
            assertThat(expect).as("must be refused").isNotEqualTo("refuse");
        }
        if (expect.equals("refuse-or-report")) {
            assertThat(file.problems()).isNotEmpty();
        }
        assertThat(file.tensors()).isNotEmpty();
    }

    private static void assertNothingHappened(Path folder, JsonNode recorded) {
        List<String> names = new ArrayList<>();
        if (recorded.path("marker").isString()) {
            names.add(recorded.path("marker").asString());
        }
        recorded.path("must_not_create").forEach(n -> names.add(n.asString()));
        Path absolute = folder.toAbsolutePath().normalize();
        for (String name : names) {
            List<Path> places = new ArrayList<>();
            places.add(Path.of(""));
            places.add(Path.of(System.getProperty("java.io.tmpdir")));
            for (Path p = absolute; p != null; p = p.getParent()) {
                places.add(p);
            }
            assertThat(places).noneMatch(p -> Files.exists(p.resolve(name)));
        }
    }
}
