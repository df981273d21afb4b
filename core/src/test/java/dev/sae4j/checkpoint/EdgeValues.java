package dev.sae4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sae4j.io.DType;
import dev.sae4j.io.Json;
import dev.sae4j.io.Tensor;
import dev.sae4j.io.TensorFile;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import tools.jackson.databind.JsonNode;

/// Compares every element of a file with what the usual Python reader found.
final class EdgeValues {
    private EdgeValues() {}

    static void compare(Path root, JsonNode edge) {
        Path folder = root.resolve(edge.path("dir").asString());
        JsonNode expected = Json.readObject(folder.resolve(edge.path("expected").asString()));
        try (TensorFile file = TensorFile.open(folder.resolve(edge.path("load").asString()))) {
            var names = new LinkedHashSet<String>();
            expected.properties().forEach(e -> names.add(e.getKey()));
            assertThat(file.tensors().keySet()).isEqualTo(names);
            for (var entry : expected.properties()) {
                compare(entry.getKey(), file.find(entry.getKey()).orElseThrow(), entry.getValue());
            }
        }
    }

    private static void compare(String name, Tensor tensor, JsonNode expected) {
        long[] shape = expected.path("shape").valueStream().mapToLong(JsonNode::asLong).toArray();
        assertThat(tensor.shape()).as(name).isEqualTo(shape);
        JsonNode values = expected.path("values");
        assertThat(tensor.elements()).isEqualTo(values.size());
        for (int i = 0; i < values.size(); i++) {
            assertThat(element(tensor, i))
                    .as(name + "[" + i + "]")
                    .isEqualTo(number(values.get(i)));
        }
    }

    private static Object element(Tensor tensor, int index) {
        if (tensor.dtype().isFloating()) {
            return tensor.toDoubles()[index];
        }
        long value = tensor.toLongs()[index];
        return tensor.dtype() == DType.U64
                ? new BigInteger(Long.toUnsignedString(value)).doubleValue()
                : tensor.dtype() == DType.BOOL ? (Object) (value != 0) : (Object) (double) value;
    }

    private static Object number(JsonNode node) {
        return switch (node.asString("")) {
            case "nan" -> Double.NaN;
            case "inf" -> Double.POSITIVE_INFINITY;
            case "-inf" -> Double.NEGATIVE_INFINITY;
            default -> node.isBoolean() ? (Object) node.asBoolean() : (Object) node.asDouble();
        };
    }
}
