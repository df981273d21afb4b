package dev.sae4j.lm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sae4j.io.DType;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.Tensor;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Model folders that are missing, damaged or absurd: what the message says.
class HostileModelTest {
    @TempDir Path folder;

    private final TinyModel model = new TinyModel(DType.F32);

    @Test
    void refusesAFolderThatIsNotThere() {
        assertThatThrownBy(() -> LanguageModel.open(folder.resolve("nowhere")))
                .isInstanceOf(Sae4jException.class)
                .hasMessageContaining("nowhere] does not exist: expected a model folder");
    }

    @Test
    void refusesAFileInPlaceOfAFolder() throws IOException {
        Path file = Files.writeString(folder.resolve("model.bin"), "GG");
        assertThatThrownBy(() -> LanguageModel.open(file))
                .hasMessageContaining("model.bin] is not a folder and not a GGUF file: expected");
    }

    @Test
    void refusesAFolderWithoutConfig() {
        refused().hasMessageContaining("config.json] does not exist");
    }

    @Test
    void refusesAFolderWithoutWeights() {
        model.writeConfig(folder);
        refused()
                .hasMessageContaining(
                        "has none of model.safetensors, model.safetensors.index.json, pytorch_model.bin, pytorch_model.bin.index.json");
    }

    @Test
    void refusesAFamilyItDoesNotKnowAndListsThoseItDoes() {
        model.config.put("model_type", "mamba");
        model.write(folder);
        refused()
                .hasMessageContaining(
                        "model_type 'mamba' is not supported; supported are: gemma2, gemma3, gemma3_text, gpt2, gpt_neox, llama, mistral, olmo2, phi3, qwen2, qwen3");
    }

    @Test
    void refusesAConfigThatIsNotJson() throws IOException {
        model.write(folder);
        Files.writeString(folder.resolve("config.json"), "{\"model_type\": ");
        refused().hasMessageContaining("config.json] is not JSON");
    }

    @ParameterizedTest
    @CsvSource({
        "hidden_size, -12, hidden_size is -12: expected a whole number from 1 to 65536",
        "hidden_size, 4000000000, hidden_size is 4000000000: expected a whole number",
        "hidden_size, 12.5, hidden_size is 12.5: expected a whole number",
        "hidden_size, 13, 'hidden_size is 13, not a multiple of num_attention_heads 3'",
        "hidden_size, 9, head_dim is 3: rotary embedding needs an even size",
        "num_hidden_layers, 100000000, num_hidden_layers is 100000000: expected",
        "num_attention_heads, 0, num_attention_heads is 0",
        "num_key_value_heads, 2, 'num_attention_heads is 3, not a multiple of num_key_value_heads 2'",
        "vocab_size, 0, vocab_size is 0",
        "rms_norm_eps, -1, rms_norm_eps is -1: expected a positive number",
        "rope_theta, 0, rope_theta is 0: expected a positive number"
    })
    void refusesAbsurdNumbers(String key, String value, String message) {
        model.config.put(key, new BigDecimal(value));
        model.write(folder);
        refused().hasMessageContaining("config.json] " + message);
    }

    @Test
    void refusesMissingNumbersAndWrongTypes() {
        model.config.remove("intermediate_size");
        model.write(folder);
        refused().hasMessageContaining("intermediate_size is missing");
        model.config.put("intermediate_size", "twenty");
        model.write(folder);
        refused().hasMessageContaining("intermediate_size is \"twenty\"");
        model.config.put("intermediate_size", 20);
        model.config.put("mlp_bias", 1);
        model.write(folder);
        refused().hasMessageContaining("mlp_bias is 1: expected true or false");
    }

    @Test
    void refusesWhatTheFamilyCannotDoByName() {
        model.config.put("hidden_act", "relu");
        model.write(folder);
        refused()
                .hasMessageContaining(
                        "hidden_act is 'relu'; supported are: silu, gelu, gelu_new, gelu_pytorch_tanh");
        model.config.remove("hidden_act");
        model.config.put("rope_scaling", Map.of("type", "yarn", "factor", 4));
        model.write(folder);
        refused()
                .hasMessageContaining(
                        "rope_scaling.rope_type is 'yarn'; supported are: default, linear, llama3, longrope");
        model.config.put("rope_scaling", Map.of("rope_type", "llama3", "factor", 4));
        model.write(folder);
        refused().hasMessageContaining("rope_scaling.low_freq_factor is missing");
    }

    @Test
    void refusesAMissingTensor() {
        model.tensors.remove("model.layers.1.mlp.up_proj.weight");
        model.write(folder);
        refused()
                .hasMessageContaining(
                        "model.safetensors] has no tensor 'model.layers.1.mlp.up_proj.weight' [20, 12]");
    }

    @Test
    void refusesAMissingHeadUnlessItIsTied() {
        model.tensors.remove("lm_head.weight");
        model.write(folder);
        refused().hasMessageContaining("has no tensor 'lm_head.weight'");
        model.config.put("tie_word_embeddings", true);
        model.write(folder);
        LanguageModel.open(folder).close();
    }

    @Test
    void refusesATensorOfWrongShapeOrType() {
        String name = "model.layers.0.self_attn.k_proj.weight";
        model.put(Tensor.ofFloats(name, new float[48], 12, 4));
        model.write(folder);
        refused()
                .hasMessageContaining("tensor '" + name + "' is [12, 4]; expected [4, 12]")
                .hasMessageContaining("config.json");
        model.put(Tensor.ofInts(name, new int[48], 4, 12));
        model.write(folder);
        refused().hasMessageContaining("holds I32: expected F32, F16 or BF16");
    }

    @Test
    void refusesAFileThatIsCutShort() throws IOException {
        model.write(folder);
        Path file = folder.resolve("model.safetensors");
        try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(Files.size(file) - 100);
        }
        refused()
                .hasMessageContaining("model.safetensors] tensor")
                .hasMessageContaining("cut short");
    }

    @Test
    void refusesAShardThatIsMissing() throws IOException {
        model.writeSharded(folder);
        Files.delete(folder.resolve(TinyModel.shard(1)));
        refused().hasMessageContaining(TinyModel.shard(1) + "] does not exist");
    }

    @ParameterizedTest
    @CsvSource({"../secret.safetensors", "/etc/secret.safetensors", "a/../../secret", "''"})
    void refusesAnIndexThatPointsOutOfTheFolder(String target) {
        model.writeSharded(folder);
        TinyModel.writeIndex(folder, Map.of("model.norm.weight", target));
        refused()
                .hasMessageContaining("index.json] names '" + target + "' as a shard")
                .hasMessageContaining("inside the folder");
    }

    @Test
    void refusesAnIndexThatLacksATensorOrPutsItInTheWrongShard() {
        model.writeSharded(folder);
        Map<String, String> map = new HashMap<>();
        model.tensors.keySet().forEach(name -> map.put(name, TinyModel.shard(0)));
        TinyModel.writeIndex(folder, map);
        refused().hasMessageContaining(TinyModel.shard(0) + "] has no tensor");
        TinyModel.writeIndex(
                folder, Map.of("model.norm.weight", TinyModel.shard(1), "x", TinyModel.shard(0)));
        refused().hasMessageContaining("lists no tensor 'model.embed_tokens.weight'");
    }

    @Test
    void refusesATokenizerThatIsMissingDamagedOrTooLarge() throws IOException {
        model.write(folder);
        Path file = folder.resolve("tokenizer.json");
        try (var opened = LanguageModel.open(folder)) {
            assertThatThrownBy(opened::tokenizer)
                    .hasMessageContaining("tokenizer.json] does not exist");
            Files.writeString(file, "{}");
            assertThatThrownBy(opened::tokenizer).hasMessageContaining("has no model.vocab");
            Files.writeString(file, "{\"model\": {\"type\": \"Bogus\", \"vocab\": {\"a\": 0}}}");
            assertThatThrownBy(opened::tokenizer)
                    .isInstanceOf(Sae4jException.class)
                    .hasMessageContaining("is not a tokenizer of a known kind");
            Files.copy(
                    DemoModel.folder().resolve("tokenizer.json"),
                    file,
                    java.nio.file.StandardCopyOption.REPLACE_EXISTING);
            assertThatThrownBy(opened::tokenizer)
                    .hasMessageContaining("has 4096 tokens, but the model's vocab_size is 30");
        }
    }

    @Test
    void shardsAndHalfPrecisionGiveTheBitsOfOneFile() {
        assertThat(logits(model.writeSharded(sub("shards"))))
                .isEqualTo(logits(model.write(folder)));
        float[] wide = logits(folder);
        assertThat(logits(new TinyModel(DType.BF16).write(sub("bf16")))).isEqualTo(wide);
        assertThat(logits(new TinyModel(DType.F16).writeSharded(sub("f16")))).isEqualTo(wide);
    }

    private Path sub(String name) {
        return folder.resolve(name);
    }

    private static float[] logits(Path folder) {
        try (var model = LanguageModel.open(folder);
                var workers = dev.sae4j.kernel.Workers.of(1)) {
            var batch = TokenBatch.of(List.of(new int[] {1, 2, 3, 29}));
            return model.forward(workers, batch).logits(new int[] {0, 3});
        }
    }

    private AbstractThrowableAssert<?, ?> refused() {
        return assertThatThrownBy(() -> LanguageModel.open(folder))
                .isInstanceOf(Sae4jException.class);
    }
}
