package dev.sae4j.lm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sae4j.io.Sae4jException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// GGUF models that are damaged, incomplete or of kinds not known: what the message says.
class HostileGgufTest {
    @TempDir Path folder;

    private final GgufFile model = TinyGguf.llama();

    private AbstractThrowableAssert<?, ? extends Throwable> refused() {
        return assertThatThrownBy(() -> LanguageModel.open(model.write(folder.resolve("m.gguf"))))
                .isInstanceOf(Sae4jException.class)
                .hasMessageStartingWith("[")
                .hasMessageContaining("m.gguf] ");
    }

    @Test
    void opensUnspoilt() {
        try (var opened = LanguageModel.open(model.write(folder.resolve("m.gguf")))) {
            assertThat(opened.name()).isEqualTo("m");
            assertThat(opened.spec().vocabulary()).isEqualTo(10);
            assertThat(opened.notes()).isEmpty();
        }
    }

    @Test
    void refusesFilesThatAreCut() throws IOException {
        byte[] whole = model.bytes();
        Path file = folder.resolve("m.gguf");
        for (int size = 0; size < whole.length - 32; size += 1 + whole.length / 60) {
            Files.write(file, Arrays.copyOf(whole, size));
            assertThatThrownBy(() -> LanguageModel.open(file))
                    .as(size + " bytes")
                    .isInstanceOf(Sae4jException.class)
                    .hasMessageContaining("m.gguf] ");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "context_length",
                "embedding_length",
                "block_count",
                "feed_forward_length",
                "attention.head_count",
                "attention.layer_norm_rms_epsilon"
            })
    void namesTheKeyThatIsMissing(String key) {
        model.values.remove("llama." + key);
        refused().hasMessageContaining("m.gguf] llama." + key + " is missing");
    }

    @Test
    void refusesFilesThatAreNoModelOrNoneThatIsKnown() {
        model.put("general.architecture", "mamba");
        refused()
                .hasMessageContaining(
                        "general.architecture 'mamba' is not supported; supported are: gemma2, gemma3, gpt2, gptneox, llama, olmo2, phi3, qwen2, qwen3");
        model.put("general.architecture", "x".repeat(1000));
        refused().hasMessageContaining("general.architecture is missing or no name");
        model.values.remove("general.architecture");
        refused().hasMessageContaining("general.architecture is missing or no name");
    }

    @Test
    void refusesAVocabularyWithoutAModel() {
        model.tensors.clear();
        refused()
                .hasMessageContaining(
                        "token_embd.weight is missing or no matrix: the file holds no language model");
    }

    @Test
    void refusesTensorsThatAreMissingOrOfAnotherShape() {
        model.tensors.remove("blk.1.ffn_up.weight");
        refused().hasMessageContaining("has no tensor 'blk.1.ffn_up.weight' [12, 8]");
        TinyGguf.matrix(model, "blk.1.ffn_up.weight", 13, 8);
        refused()
                .hasMessageContaining(
                        "tensor 'blk.1.ffn_up.weight' is [13, 8]; expected [12, 8] (by the sizes in config.json or GGUF metadata)");
    }

    @Test
    void refusesTensorsWithoutWhichItWouldComputeSomethingElse() {
        TinyGguf.vector(model, "blk.0.attn_q_norm.weight", 4);
        TinyGguf.vector(model, "blk.1.attn_output.bias", 8);
        refused()
                .hasMessageContaining(
                        "has tensors that llama does not have here, and without them would compute something else: blk.0.attn_q_norm.weight, blk.1.attn_output.bias");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "block_count | -1 | llama.block_count is 4294967295: expected a whole number from 1 to 1000",
                "embedding_length | 0 | llama.embedding_length is 0: expected a whole number from 1",
                "attention.head_count | 0 | llama.attention.head_count is 0: expected a whole number from 1",
                "attention.head_count | 3 | llama.embedding_length is 8, not a multiple of num_attention_heads 3",
                "attention.head_count_kv | 7 | llama.attention.head_count is 2, not a multiple",
                "attention.value_length | 8 | llama.attention.value_length is 8, but a head's key has 4 floats",
                "rope.dimension_count | 2 | llama.rope.dimension_count is 2, but a head has 4 floats",
                "expert_count | 8 | llama.expert_count is 8, which is not supported in models of this architecture",
                "attention.sliding_window_pattern | 4 | llama.attention.sliding_window_pattern is 4, which is not supported"
            })
    void namesTheKeyWhoseValueCannotBe(String key, int value, String message) {
        model.put("llama." + key, value);
        refused().hasMessageContaining("m.gguf] " + message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "block_count | two | llama.block_count is \"two\": expected a whole number",
                "rope.freq_base | fast | llama.rope.freq_base is \"fast\": expected a positive number",
                "rope.scaling.type | yarn | llama.rope.scaling.type is 'yarn'; supported are: default, linear, llama3, longrope",
                "rope.scaling.type | longrope | rope_factors_short.weight is missing: expected a list"
            })
    void refusesWordsThatItDoesNotKnow(String key, String value, String message) {
        model.put("llama." + key, value);
        refused().hasMessageContaining("m.gguf] " + message);
    }

    @Test
    void refusesNumbersThatAreNone() {
        model.put("llama.attention.layer_norm_rms_epsilon", Float.NaN);
        refused()
                .hasMessageContaining(
                        "llama.attention.layer_norm_rms_epsilon is \"NaN\": expected a positive number");
        model.put("llama.attention.layer_norm_rms_epsilon", 1e-5);
        model.put("llama.attention.causal", false);
        refused().hasMessageContaining("llama.attention.causal is false: only models that");
    }

    @Test
    void refusesDivisorsOfFrequenciesThatDoNotFit() {
        TinyGguf.vector(model, "rope_freqs.weight", 3);
        model.put("rope_freqs.weight", new float[] {1, 2, 3}, 3);
        refused()
                .hasMessageContaining(
                        "rope_freqs.weight has 3 numbers: rotary embedding of 4 floats needs 2");
        model.put("rope_freqs.weight", new float[] {1, -2}, 2);
        refused().hasMessageContaining("rope_freqs.weight holds -2.0: expected positive numbers");
        model.put("llama.rope.scaling.type", "linear");
        refused()
                .hasMessageContaining(
                        "llama.rope.scaling.type is 'linear' beside rope_freqs.weight: only one");
    }

    @Test
    void refusesAFolderWithSeveralModelsListingThem() {
        model.write(folder.resolve("b.gguf"));
        model.write(folder.resolve("mmproj-a.gguf"));
        LanguageModel.open(folder).close();
        model.write(folder.resolve("a.GGUF"));
        assertThatThrownBy(() -> LanguageModel.open(folder))
                .hasMessageEndingWith("] holds several models, name one of them: a.GGUF, b.gguf");
    }
}
