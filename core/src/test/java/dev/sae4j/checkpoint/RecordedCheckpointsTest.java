package dev.sae4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.Safetensors;
import dev.sae4j.kernel.Rows;
import dev.sae4j.kernel.Workers;
import dev.sae4j.sae.Sae;
import dev.sae4j.sae.SparseCodes;
import dev.sae4j.testing.Fixtures;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

/// SAE files that other programs wrote, with what those programs computed from them. Every case of
/// every manifest found is run: cases that can be read must give the recorded numbers, all others
/// must be refused, never read wrongly.
@Tag("fixtures-checkpoints")
class RecordedCheckpointsTest {
    /// The same formulas in float64 differ by less than 1e-6 of the largest value; summation order
    /// in float32 adds as much again for the widths recorded.
    private static final double TOLERANCE = 1e-5;

    private static final Set<String> READABLE = Set.of("standard", "topk", "jumprelu");

    private static List<Fixtures.Manifest> manifests() {
        return Fixtures.manifests("manifest.json", m -> m.has("cases") && m.has("hostile"));
    }

    @TestFactory
    Stream<DynamicTest> cases() {
        return manifests().stream()
                .flatMap(m ->
                        m.json()
                                .path("cases")
                                .valueStream()
                                .map(c ->
                                        DynamicTest.dynamicTest(
                                                c.path("id").asString(),
                                                () -> run(m.folder(), c))));
    }

    private static void run(Path root, JsonNode recorded) {
        Path folder = root.resolve(recorded.path("dir").asString());
        Path load = folder.resolve(recorded.path("load").asString()).normalize();
        if (isReadable(recorded, load)) {
            compare(load, folder.resolve(recorded.path("expected").asString()));
        } else {
            assertThatThrownBy(() -> Checkpoints.open(load).close())
                    .isInstanceOf(Sae4jException.class)
                    .hasMessageStartingWith("[");
        }
    }

    /// What the format promises so far: three architectures without input transforms.
    private static boolean isReadable(JsonNode recorded, Path load) {
        if (!recorded.path("format").asString().equals("saelens")
                || !READABLE.contains(recorded.path("architecture").asString())) {
            return false;
        }
        JsonNode config = dev.sae4j.io.Json.readObject(load.resolve("cfg.json"));
        return config.path("normalize_activations").asString().equals("none")
                && config.path("reshape_activations").asString().equals("none");
    }

    private static void compare(Path load, Path expectedFile) {
        try (Workers workers = Workers.of(2);
                Sae sae = Sae.load(load);
                Safetensors expected = Safetensors.open(expectedFile)) {
            int d = sae.config().dIn();
            var input = expected.find("x").orElseThrow();
            int rows = input.rows();
            float[] x = input.toFloats();
            SparseCodes codes = sae.encode(workers, Rows.of(x, rows, d));
            float[] reconstruction = new float[rows * d];
            sae.decode(workers, codes, reconstruction);

            float[] features = expected.find("features").orElseThrow().toFloats();
            float[] ours = dense(codes, sae.config().dSae());
            assertThat(active(ours)).as("active features").isEqualTo(active(features));
            assertClose("features", ours, features);
            assertClose(
                    "reconstruction",
                    reconstruction,
                    expected.find("reconstruction").orElseThrow().toFloats());
        }
    }

    private static float[] dense(SparseCodes codes, int features) {
        float[] all = new float[codes.rows() * features];
        for (int r = 0; r < codes.rows(); r++) {
            for (int i = codes.rowStart()[r]; i < codes.rowStart()[r + 1]; i++) {
                all[r * features + codes.feature()[i]] = codes.value()[i];
            }
        }
        return all;
    }

    private static java.util.BitSet active(float[] features) {
        var set = new java.util.BitSet();
        for (int i = 0; i < features.length; i++) {
            set.set(i, features[i] != 0);
        }
        return set;
    }

    private static void assertClose(String what, float[] ours, float[] theirs) {
        assertThat(ours).hasSameSizeAs(theirs);
        double largest = 0;
        double worst = 0;
        for (int i = 0; i < theirs.length; i++) {
            largest = Math.max(largest, Math.abs(theirs[i]));
            worst = Math.max(worst, Math.abs(ours[i] - theirs[i]));
        }
        assertThat(worst / largest).as(what).isLessThan(TOLERANCE);
    }

    @TestFactory
    Stream<DynamicTest> hostileFiles() {
        return manifests().stream()
                .flatMap(m ->
                        m.json()
                                .path("hostile")
                                .valueStream()
                                .map(h ->
                                        DynamicTest.dynamicTest(
                                                h.path("id").asString(),
                                                () -> refuse(m.folder(), h))));
    }

    private static void refuse(Path root, JsonNode hostile) {
        Path load =
                root.resolve(hostile.path("dir").asString())
                        .resolve(hostile.path("load").asString())
                        .normalize();
        if (hostile.path("expect").asString().equals("report")) {
            return; // these may load; InspectionTest asks what is reported
        }
        try {
            Checkpoints.open(load).close();
            assertThat(hostile.path("expect").asString()).isNotEqualTo("refuse");
        } catch (Sae4jException e) {
            assertThat(e).hasMessageStartingWith("[");
        }
    }
}
