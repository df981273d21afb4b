package dev.sae4j.io;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sae4j.testing.Fixtures;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

/// GGUF files that the Python package `gguf` wrote, with what it makes of their tensors: the same
/// numbers, bit for bit.
@Tag("fixtures-models")
class RecordedGgufTest {
    private static List<Fixtures.Manifest> manifests() {
        return Fixtures.manifests(
                "manifest.json",
                m -> m.path("files").valueStream().anyMatch(f -> f.has("metadata")));
    }

    @TestFactory
    Stream<DynamicTest> files() {
        return manifests().stream()
                .flatMap(m ->
                        m.json()
                                .path("files")
                                .propertyStream()
                                .map(f ->
                                        DynamicTest.dynamicTest(
                                                f.getKey(),
                                                () ->
                                                        compare(
                                                                m.folder().resolve(f.getKey()),
                                                                f.getValue()))));
    }

    private static void compare(Path folder, JsonNode recorded) {
        try (Gguf file = Gguf.open(folder.resolve("model.gguf"));
                Safetensors expected = Safetensors.open(folder.resolve("expected.safetensors"))) {
            assertThat(file.container()).isEqualTo("gguf 3");
            assertThat(file.problems()).isEmpty();
            for (var entry : recorded.path("metadata").properties()) {
                compareValue(entry.getKey(), file.values().path(entry.getKey()), entry.getValue());
            }
            assertThat(file.tensors()).hasSize(recorded.path("tensors").size());
            for (var entry : recorded.path("tensors").properties()) {
                Tensor tensor = file.find(entry.getKey()).orElseThrow();
                compareTensor(tensor, entry.getValue());
                expected.find("tensor." + tensor.name())
                        .ifPresent(e ->
                                assertThat(tensor.toFloats())
                                        .as(tensor.toString())
                                        .isEqualTo(e.toFloats()));
            }
        }
    }

    /// Long arrays are recorded as `array of N`.
    private static void compareValue(String key, JsonNode ours, JsonNode recorded) {
        if (ours.isArray() && recorded.isString()) {
            assertThat("array of " + ours.size()).as(key).isEqualTo(recorded.asString());
        } else if (ours.isFloat()) {
            assertThat(ours.floatValue()).as(key).isEqualTo((float) recorded.asDouble());
        } else if (ours.isArray()) {
            assertThat(ours.size()).as(key).isEqualTo(recorded.size());
            for (int i = 0; i < ours.size(); i++) {
                compareValue(key, ours.get(i), recorded.get(i));
            }
        } else {
            assertThat(ours.asString()).as(key).isEqualTo(recorded.asString());
        }
    }

    private static void compareTensor(Tensor tensor, JsonNode recorded) {
        assertThat(tensor.dtype().name()).isEqualTo(recorded.path("type").asString());
        assertThat(tensor.shape())
                .containsExactly(
                        StreamSupport.stream(recorded.path("shape").spliterator(), false)
                                .mapToLong(JsonNode::asLong)
                                .toArray());
        double sum = 0;
        double absolute = 0;
        for (float x : tensor.toFloats()) {
            sum += x;
            absolute += Math.abs(x);
        }
        // sums in float64 differ by their order only
        double recordedAbsolute = recorded.path("abs_sum").asDouble();
        Offset<Double> tolerance = Offset.offset(1e-12 * recordedAbsolute);
        assertThat(absolute).as(tensor.toString()).isCloseTo(recordedAbsolute, tolerance);
        assertThat(sum).isCloseTo(recorded.path("sum").asDouble(), tolerance);
    }
}
