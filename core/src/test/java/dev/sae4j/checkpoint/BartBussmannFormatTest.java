package dev.sae4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.Tensor;
import dev.sae4j.io.TorchWriter;
import dev.sae4j.sae.Activation;
import dev.sae4j.sae.Sae;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BartBussmannFormatTest {
    @TempDir Path folder;

    @Test
    void readsGroupSizesOnlyAsAListOfNumbers() throws IOException {
        for (String list : new String[] {"\"[1, 2]\"", "[1, 2]", "\"(1,2,)\"", "\" [ 1 ,2 ] \""}) {
            matryoshka(list);
            try (Sae sae = Sae.load(folder)) {
                assertThat(sae.config().prefixes()).containsExactly(1, 3);
            }
        }
        for (String other :
                new String[] {
                    "\"__import__('os')\"", "\"[1, 2] + [3]\"", "\"[1, -2]\"", "\"[1.5, 1.5]\"",
                    "\"[]\"", "null", "3", "[1, \\\"2\\\"]"
                }) {
            matryoshka(other.replace("\\\"", "\""));
            assertThatThrownBy(() -> Sae.load(folder))
                    .isInstanceOf(Sae4jException.class)
                    .hasMessageContaining("config.json] needs a list of whole numbers");
        }
        matryoshka("\"[1, 1]\"");
        assertThatThrownBy(() -> Sae.load(folder))
                .hasMessageContaining(
                        "has group_sizes [1, 1]: they must be positive and add up to 3");
        matryoshka("\"[" + "1,".repeat(5000) + "\"");
        assertThatThrownBy(() -> Sae.load(folder)).hasMessageContaining("list of whole numbers");
    }

    private void matryoshka(String groupSizes) throws IOException {
        save("\"sae_type\": \"global-matryoshka-topk\", \"group_sizes\": " + groupSizes);
    }

    @Test
    void leavesOutTheEncoderBiasThatTopKClassesNeverUsed() throws IOException {
        for (String type : new String[] {"topk", "batchtopk"}) {
            save("\"sae_type\": \"" + type + "\"");
            try (Sae sae = Sae.load(folder.resolve("sae.pt"))) {
                assertThat(sae.weights().encoderBias()).containsOnly(0);
                assertThat(sae.config().centred()).isTrue();
            }
        }
        save("\"sae_type\": \"vanilla\"");
        try (Sae sae = Sae.load(folder)) {
            assertThat(sae.weights().encoderBias()).containsOnly(7);
        }
    }

    @Test
    void jumpReluSubtractsTheDecoderBiasOnlyOnRequest() throws IOException {
        save("\"sae_type\": \"jumprelu\"");
        try (Sae sae = Sae.load(folder)) {
            assertThat(sae.config().centred()).isFalse();
            assertThat(((Activation.JumpRelu) sae.config().activation()).threshold())
                    .containsOnly((float) Math.exp(-1));
        }
        save("\"sae_type\": \"jumprelu\", \"use_pre_enc_bias\": true");
        try (Sae sae = Sae.load(folder)) {
            assertThat(sae.config().centred()).isTrue();
        }
    }

    @Test
    void refusesWhatItWouldComputeWrongly() throws IOException {
        refuses("\"sae_type\": \"quantum\"", "has sae_type 'quantum': known are vanilla, topk");
        refuses("\"sae_type\": \"topk\", \"top_k\": 4", "has top_k = 4: it is 1 to dict_size = 3");
        refuses(
                "\"sae_type\": \"topk\", \"dict_size\": 4",
                "'W_enc' is [2, 3]; expected [2, 4] (config.json says act_size=2, dict_size=4)");
    }

    private void refuses(String fields, String message) throws IOException {
        save(fields);
        assertThatThrownBy(() -> Sae.load(folder))
                .isInstanceOf(Sae4jException.class)
                .hasMessageContaining(message);
    }

    /// A later field of the same name counts.
    private void save(String fields) throws IOException {
        String k = fields.contains("top_k") ? "" : "\"top_k\": 2, ";
        String width = fields.contains("dict_size") ? "" : "\"dict_size\": 3, ";
        Files.writeString(
                folder.resolve("config.json"), "{\"act_size\": 2, " + width + k + fields + "}");
        Map<String, Object> state = new LinkedHashMap<>();
        state.put("b_dec", Tensor.ofFloats("", new float[] {1, 2}, 2));
        state.put("b_enc", Tensor.ofFloats("", new float[] {7, 7, 7}, 3));
        state.put("W_enc", Tensor.ofFloats("", new float[6], 2, 3));
        state.put("W_dec", Tensor.ofFloats("", new float[6], 3, 2));
        state.put("jumprelu.log_threshold", Tensor.ofFloats("", new float[] {-1, -1, -1}, 3));
        TorchWriter.write(folder.resolve("sae.pt"), state);
    }
}
