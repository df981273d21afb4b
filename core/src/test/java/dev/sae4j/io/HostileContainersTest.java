package dev.sae4j.io;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sae4j.testing.Fixtures;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

/// Recorded archives and GGUF files that want to do harm, opened as files of tensors and read to
/// the last byte: refused with a sentence, or harmless, as their manifest says.
@Tag("fixtures-checkpoints")
class HostileContainersTest {
    /// Good containers whose tensors do not fit together: what reads them must refuse them.
    private static final Set<String> FORMATS_CONCERN =
            Set.of("npz-missing-key", "npz-wrong-shape", "npz-extra-key");

    @TestFactory
    Stream<DynamicTest> files() {
        List<DynamicTest> tests =
                Fixtures.manifests("manifest.json", m -> m.has("hostile")).stream()
                        .flatMap(m ->
                                m.json()
                                        .path("hostile")
                                        .valueStream()
                                        .filter(HostileContainersTest::isMeant)
                                        .map(h -> test(m.folder(), h)))
                        .toList();
        assertThat(tests).as("recorded hostile archives").isNotEmpty();
        return tests.stream();
    }

    private static boolean isMeant(JsonNode hostile) {
        String id = hostile.path("id").asString();
        return id.matches("(zip|npz|npy|gguf|st)-.*") && !FORMATS_CONCERN.contains(id);
    }

    private static DynamicTest test(Path root, JsonNode hostile) {
        Path folder = root.resolve(hostile.path("dir").asString());
        return DynamicTest.dynamicTest(
                hostile.path("id").asString(),
                () -> {
                    read(folder.resolve(hostile.path("load").asString()), hostile);
                    String marker = hostile.path("marker").asString("");
                    if (!marker.isEmpty()) {
                        assertThat(Path.of(marker)).doesNotExist();
                        assertThat(Files.exists(folder.resolve(marker))).isFalse();
                    }
                });
    }

    private static void read(Path file, JsonNode hostile) {
        String expect = hostile.path("expect").asString();
        try (TensorFile tensors = TensorFile.open(file)) {
            tensors.tensors().values().forEach(Tensor::data);
            List<String> problems = tensors.problems();
            assertThat(expect).isNotEqualTo("refuse");
            if (expect.equals("refuse-or-report") || expect.equals("report")) {
                assertThat(problems).isNotEmpty();
            }
        } catch (Sae4jException e) {
            assertThat(e)
                    .hasMessageStartingWith("[")
                    .hasMessageContaining(file.getFileName() + "]");
        }
    }
}
