package dev.sae4j.lm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoModelTest {
    @TempDir Path cache;

    @Test
    void writesWhatIsMissingAndReplacesWhatIsDamaged() throws IOException {
        Map<String, byte[]> contents = Map.of("a.json", new byte[] {1, 2}, "b.bin", new byte[] {3});
        Path folder = DemoModel.unpack(cache.resolve("model"), contents);
        assertThat(folder.resolve("a.json")).hasBinaryContent(new byte[] {1, 2});
        Files.write(folder.resolve("a.json"), new byte[] {1, 9});
        Files.delete(folder.resolve("b.bin"));
        DemoModel.unpack(folder, contents);
        assertThat(folder.resolve("a.json")).hasBinaryContent(new byte[] {1, 2});
        assertThat(folder.resolve("b.bin")).hasBinaryContent(new byte[] {3});
        try (var files = Files.list(folder)) {
            assertThat(files).hasSize(2);
        }
    }

    @Test
    void isALlamaWithItsOwnTokenizer() {
        try (var model = LanguageModel.demo()) {
            assertThat(model.name()).isEqualTo("sae4j-demo");
            assertThat(model.spec().width()).isEqualTo(192);
            assertThat(model.tokenizer().vocabularySize()).isEqualTo(4096);
            assertThat(model.finalNormWeight()).hasSize(192);
        }
    }
}
