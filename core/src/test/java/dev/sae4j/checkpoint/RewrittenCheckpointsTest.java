package dev.sae4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sae4j.sae.Sae;
import dev.sae4j.testing.Fixtures;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Files of other programs, read, written in their own format and read again: the same bits in all
/// readings, and the same metadata where the format has a place for it.
@Tag("fixtures-checkpoints")
class RewrittenCheckpointsTest {
    /// Names of formats in manifests, and ours.
    private static final Map<String, String> FORMATS =
            Map.of(
                    "dictionary_learning", "dictionary_learning",
                    "sparsify", "sparsify",
                    "openai-pt", "openai");

    @TempDir Path scratch;

    @TestFactory
    Stream<DynamicTest> cases() {
        return Fixtures.manifests("manifest.json", m -> m.has("cases") && m.has("hostile")).stream()
                .flatMap(m -> m.json().path("cases").valueStream().flatMap(c -> test(m, c)));
    }

    private Stream<DynamicTest> test(Fixtures.Manifest manifest, JsonNode recorded) {
        String format = FORMATS.get(recorded.path("format").asString());
        if (format == null) {
            return Stream.empty();
        }
        String id = recorded.path("id").asString();
        Path file =
                manifest.folder()
                        .resolve(recorded.path("dir").asString())
                        .resolve(recorded.path("load").asString());
        return Stream.of(DynamicTest.dynamicTest(id, () -> rewrite(file, format, id)));
    }

    private void rewrite(Path file, String format, String id) {
        Path out = scratch.resolve(id);
        CheckpointWriter writer = Checkpoints.writer(format);
        try (Sae sae = Sae.load(file)) {
            assertThat(writer.fit(sae).losses()).isEmpty();
            writer.write(sae, out, null);
            try (Sae again = Sae.load(out)) {
                SameSae.assertSame(again, sae);
                if (!format.equals("openai")) {
                    assertThat(metadata(again, format)).isEqualTo(metadata(sae, format));
                }
            }
        }
    }

    /// Without the fields of the format itself: writers add those that early versions lacked.
    private static Map<String, Object> metadata(Sae sae, String format) {
        Map<String, Object> metadata = new HashMap<>(sae.config().metadata());
        assertThat(metadata.remove(format)).isNotNull();
        return metadata;
    }
}
