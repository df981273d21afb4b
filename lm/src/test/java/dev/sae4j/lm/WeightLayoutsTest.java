package dev.sae4j.lm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sae4j.io.Json;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.SafeFiles;
import dev.sae4j.io.SafetensorsWriter;
import dev.sae4j.io.Tensor;
import dev.sae4j.io.TensorFile;
import dev.sae4j.kernel.Workers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The same weights under other names and in other files, and weights that do not fit.
@Tag("fixtures-models")
class WeightLayoutsTest {
    @TempDir Path folder;

    @Test
    void namesWithAndWithoutPrefixAreTheSameGpt2() {
        FamilyCase gpt2 = recorded("gpt2");
        float[] wanted = losses(gpt2.folder());
        rename(
                gpt2,
                name ->
                        name.startsWith("transformer.")
                                ? name.substring("transformer.".length())
                                : "transformer." + name);
        assertThat(losses(folder)).isEqualTo(wanted);
    }

    @Test
    void bothSpellingsOfTheWrappedGemma3AndItsTextModelAreTheSame() {
        FamilyCase wrapped = recorded("gemma3");
        float[] wanted = losses(wrapped.folder());
        rename(wrapped, name -> name.replace("language_model.model.", "model.language_model."));
        assertThat(losses(folder)).isEqualTo(wanted);
        rename(wrapped, name -> name.replace("language_model.model.", "model."));
        SafeFiles.writeString(
                folder.resolve("config.json"),
                Json.readObject(wrapped.folder().resolve("config.json"))
                        .get("text_config")
                        .toString());
        assertThat(losses(folder)).isEqualTo(wanted);
    }

    @Test
    void saysThatTheVisionPartIsLeftOut() {
        try (var model = LanguageModel.open(recorded("gemma3").folder())) {
            assertThat(model.notes())
                    .containsExactly(
                            "the vision part of the model is left out: it runs on text only");
        }
    }

    @Test
    void refusesFusedTensorsOfAnotherSize() {
        FamilyCase phi3 = recorded("phi3");
        int size = phi3.json().get("dims").get("intermediate_size").asInt();
        rename(phi3, name -> name);
        var config = Json.readObject(phi3.folder().resolve("config.json")).toString();
        SafeFiles.writeString(
                folder.resolve("config.json"),
                config.replace("\"intermediate_size\":" + size, "\"intermediate_size\":10"));
        assertThatThrownBy(() -> LanguageModel.open(folder))
                .isInstanceOf(Sae4jException.class)
                .hasMessageContaining("model.layers.0.mlp.gate_up_proj.weight' is [" + 2 * size)
                .hasMessageContaining("expected [20, ")
                .hasMessageContaining("by the sizes in config.json");
    }

    @Test
    void refusesATorchFileThatWouldRunCode() throws IOException {
        new TinyModel(dev.sae4j.io.DType.F32).writeConfig(folder);
        // protocol 2, GLOBAL os system, a string, a tuple, REDUCE
        Files.write(
                folder.resolve("pytorch_model.bin"),
                "\u0080\u0002cos\nsystem\nX\u0002\u0000\u0000\u0000ls\u0085R."
                        .getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> LanguageModel.open(folder))
                .isInstanceOf(Sae4jException.class)
                .hasMessageContaining("pytorch_model.bin]");
    }

    @Test
    void refusesATorchIndexThatPointsOutOfTheFolder() {
        new TinyModel(dev.sae4j.io.DType.F32).writeConfig(folder);
        SafeFiles.writeString(
                folder.resolve("pytorch_model.bin.index.json"),
                "{\"weight_map\": {\"model.norm.weight\": \"../a.bin\"}}");
        assertThatThrownBy(() -> LanguageModel.open(folder))
                .hasMessageContaining("pytorch_model.bin.index.json] names '../a.bin' as a shard");
    }

    private static FamilyCase recorded(String type) {
        return FamilyCase.all().stream()
                .filter(c -> c.modelType().equals(type))
                .findFirst()
                .orElseThrow();
    }

    /// The weights of a case in one file, under other names.
    private void rename(FamilyCase c, UnaryOperator<String> names) {
        try (TensorFile file = TensorFile.open(c.folder().resolve("model.safetensors"))) {
            List<Tensor> renamed = new ArrayList<>();
            for (Tensor tensor : file.tensors().values()) {
                renamed.add(tensor.named(names.apply(tensor.name())));
            }
            SafetensorsWriter.write(folder.resolve("model.safetensors"), Map.of(), renamed);
            SafeFiles.writeString(
                    folder.resolve("config.json"),
                    Json.readObject(c.folder().resolve("config.json")).toString());
        }
    }

    private static float[] losses(Path folder) {
        try (var model = LanguageModel.open(folder);
                var workers = Workers.of(1)) {
            var batch = TokenBatch.of(List.of(new int[] {5, 3, 1, 7, 2, 9, 4, 8}));
            return model.forward(workers, batch).losses();
        }
    }
}
