package dev.sae4j.lm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.Tensor;
import dev.sae4j.kernel.Workers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Models in several GGUF files, as `llama-gguf-split` writes them.
class SplitGgufTest {
    @TempDir Path folder;

    private final GgufFile whole = TinyGguf.llama();
    private final List<GgufFile> parts = List.of(part(0), part(1), part(2));

    private static GgufFile part(int no) {
        return new GgufFile().put("split.no", no).put("split.count", 3);
    }

    @BeforeEach
    void split() {
        parts.getFirst().values.putAll(whole.values);
        parts.getFirst().put("split.tensors.count", whole.tensors.size());
        int i = 0;
        for (Tensor tensor : whole.tensors.values()) {
            // none in the first, as with --no-tensor-first-split
            parts.get(1 + i++ % 2).tensors.put(tensor.name(), tensor);
        }
        write();
    }

    private void write() {
        for (int i = 0; i < parts.size(); i++) {
            parts.get(i).write(file(i + 1));
        }
    }

    private Path file(int part) {
        return folder.resolve("tiny-0000%d-of-00003.gguf".formatted(part));
    }

    @Test
    void computesTheSameFromAnyPartAndFromTheFolder() {
        Path single = whole.write(folder.resolve("one").resolve("tiny.gguf"));
        float[] wanted = losses(single);
        assertThat(losses(file(1))).isEqualTo(wanted);
        assertThat(losses(file(3))).isEqualTo(wanted);
        assertThat(losses(folder)).isEqualTo(wanted);
    }

    private static float[] losses(Path path) {
        try (var model = LanguageModel.open(path);
                var workers = Workers.of(1)) {
            assertThat(model.name()).isEqualTo("tiny");
            return model.forward(workers, TokenBatch.of(List.of(new int[] {1, 2, 3}))).losses();
        }
    }

    @Test
    void namesThePartThatIsMissing() throws IOException {
        Files.delete(file(2));
        assertThatThrownBy(() -> LanguageModel.open(file(1)))
                .isInstanceOf(Sae4jException.class)
                .hasMessageContaining(
                        "tiny-00002-of-00003.gguf] does not exist: tiny is kept in 3");
    }

    @Test
    void refusesPartsThatAreNotWhatTheirNameSays() throws IOException {
        Files.move(file(2), folder.resolve("alone.gguf"));
        assertThatThrownBy(() -> LanguageModel.open(folder.resolve("alone.gguf")))
                .hasMessageContaining("alone.gguf] is one of 3 parts of a model: keep their names");
        Files.copy(file(3), file(2));
        assertThatThrownBy(() -> LanguageModel.open(file(1)))
                .hasMessageContaining("00002-of-00003.gguf] has split.no 2 of split.count 3: its");
    }

    @Test
    void refusesPartsWithTooFewTensorsOrOneTwice() {
        parts.get(2).tensors.remove("output.weight");
        parts.get(1).tensors.remove("output.weight");
        write();
        assertThatThrownBy(() -> LanguageModel.open(folder))
                .hasMessageContaining("has split.tensors.count 21, but its 3 parts have 20");
        String twice = parts.get(1).tensors.keySet().iterator().next();
        parts.get(2).put(twice, new float[1], 1);
        write();
        assertThatThrownBy(() -> LanguageModel.open(folder))
                .hasMessageContaining("has a tensor '" + twice + "', which another part has too");
    }
}
