package dev.sae4j.io;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sae4j.testing.Fixtures;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

/// Recorded npz archives, deflated, Fortran-ordered and big-endian ones among them: the features
/// that their matrices give must be the recorded ones.
@Tag("fixtures-checkpoints")
class RecordedNpzTest {
    /// The same formulas in float64 differ by less than 1e-6 of the largest value.
    private static final double TOLERANCE = 1e-5;

    @TestFactory
    Stream<DynamicTest> cases() {
        List<DynamicTest> tests =
                Fixtures.manifests("manifest.json", m -> m.has("cases") && m.has("hostile"))
                        .stream()
                        .flatMap(m ->
                                m.json()
                                        .path("cases")
                                        .valueStream()
                                        .filter(c -> !archive(c).isEmpty() && isPlain(c))
                                        .map(c -> test(m.folder(), c)))
                        .toList();
        assertThat(tests).as("recorded npz archives").isNotEmpty();
        return tests.stream();
    }

    /// True if nothing scales the matrices.
    private static boolean isPlain(JsonNode recorded) {
        return recorded.path("normalisation").asString().equals("none");
    }

    /// The path of the case's npz archive, or nothing.
    private static String archive(JsonNode recorded) {
        return recorded.path("files")
                .valueStream()
                .map(f -> f.path("path").asString())
                .filter(f -> f.endsWith(".npz"))
                .findFirst()
                .orElse("");
    }

    private static DynamicTest test(Path root, JsonNode recorded) {
        Path folder = root.resolve(recorded.path("dir").asString());
        return DynamicTest.dynamicTest(
                recorded.path("id").asString(),
                () -> {
                    try (TensorFile npz = TensorFile.open(folder.resolve(archive(recorded)));
                            Safetensors expected =
                                    Safetensors.open(
                                            folder.resolve(recorded.path("expected").asString()))) {
                        assertThat(npz.problems()).isEmpty();
                        compare(npz, expected);
                    }
                });
    }

    private static void compare(TensorFile npz, Safetensors expected) {
        Map<String, Tensor> byName = new TreeMap<>();
        npz.tensors().forEach((name, t) -> byName.put(name.toLowerCase(Locale.ROOT), t));
        Tensor encoder = require(byName, "w_enc");
        float[] w = encoder.toFloats();
        float[] bias = require(byName, "b_enc").toFloats();
        float[] threshold = require(byName, "threshold").toFloats();
        float[] x = expected.find("x").orElseThrow().toFloats();
        float[] features = expected.find("features").orElseThrow().toFloats();
        int d = encoder.rows();
        int n = encoder.columns();
        double largest = 0;
        double worst = 0;
        for (int i = 0; i < features.length; i++) {
            double z = bias[i % n];
            for (int k = 0; k < d; k++) {
                z += x[i / n * d + k] * w[k * n + i % n];
            }
            double ours = z > threshold[i % n] ? Math.max(z, 0) : 0;
            worst = Math.max(worst, Math.abs(ours - features[i]));
            largest = Math.max(largest, features[i]);
        }
        assertThat(worst / largest).isLessThan(TOLERANCE);
    }

    private static Tensor require(Map<String, Tensor> byName, String name) {
        return Optional.ofNullable(byName.get(name)).orElseThrow();
    }
}
