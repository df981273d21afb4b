package dev.sae4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.SafetensorsWriter;
import dev.sae4j.io.Tensor;
import dev.sae4j.io.TorchWriter;
import dev.sae4j.sae.Activation;
import dev.sae4j.sae.Sae;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What published files leave open, and what their names and configs contradict.
class ReleaseFormatsTest {
    @TempDir Path folder;

    private static Tensor tensor(String name, long... shape) {
        int n = 1;
        for (long s : shape) {
            n *= (int) s;
        }
        float[] values = new float[n];
        for (int i = 0; i < n; i++) {
            values[i] = (i * 5 + name.length()) % 13 - 6;
        }
        return Tensor.ofFloats(name, values, shape);
    }

    private Path torch(String name, Tensor... tensors) {
        Map<String, Tensor> tree = new LinkedHashMap<>();
        for (Tensor tensor : tensors) {
            tree.put(tensor.name(), tensor);
        }
        Path file = folder.resolve(name);
        TorchWriter.write(file, tree);
        return file;
    }

    private Path safetensors(String name, Tensor... tensors) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        SafetensorsWriter.write(file, Map.of(), List.of(tensors));
        return file;
    }

    /// `[in, F]`, `[F, in]`, or turned round.
    private static Tensor[] named(int first, int second, int bEnc, int bDec) {
        return new Tensor[] {
            tensor("W_enc", first, second),
            tensor("W_dec", second, first),
            tensor("b_enc", bEnc),
            tensor("b_dec", bDec)
        };
    }

    private static Tensor[] linear(int dIn, int dSae, Tensor... more) {
        List<Tensor> all = new ArrayList<>(List.of(more));
        all.add(tensor("encoder.weight", dSae, dIn));
        all.add(tensor("encoder.bias", dSae));
        all.add(tensor("decoder.weight", dIn, dSae));
        all.add(tensor("decoder.bias", dIn));
        return all.toArray(Tensor[]::new);
    }

    private static void assertRefused(Path path, String... parts) {
        assertThatThrownBy(() -> Sae.load(path).close())
                .isInstanceOf(Sae4jException.class)
                .hasMessageStartingWith("[")
                .hasMessageContainingAll(parts);
    }

    @Test
    void asksWhichWayRoundSquareMatricesAre() {
        Path file = torch("x.pt", named(3, 3, 3, 3));
        assertRefused(
                file,
                "x.pt] has W_enc [3, 3]: which way round it is, its shape cannot say. Give --orientation in-out");
        float[] inOut = new float[9];
        float[] outIn = new float[9];
        read(file, Orientation.IN_OUT, inOut);
        read(file, Orientation.OUT_IN, outIn);
        for (int r = 0; r < 3; r++) {
            for (int c = 0; c < 3; c++) {
                assertThat(inOut[r * 3 + c]).isEqualTo(outIn[c * 3 + r]);
            }
        }
        assertThat(inOut).isNotEqualTo(outIn);
    }

    private static void read(Path file, Orientation orientation, float[] encoder) {
        try (Sae sae = Checkpoints.open(file, new ReadOptions(null, orientation, null))) {
            sae.weights().encoder().read(0, 3, encoder);
        }
    }

    @Test
    void seesByTheBiasesWhichWayRoundTheOthersAre() {
        try (Sae sae = Sae.load(torch("a.pt", named(3, 5, 5, 3)))) {
            assertThat(sae.config().dSae()).isEqualTo(5);
            assertThat(sae.notes()).isEmpty();
        }
        try (Sae sae = Sae.load(torch("b.pt", named(5, 3, 5, 3)))) {
            assertThat(sae.config().dSae()).isEqualTo(5);
            assertThat(sae.notes()).anyMatch(n -> n.contains("as in Qwen Scope"));
        }
        assertRefused(
                torch("c.pt", named(4, 5, 5, 3)),
                "tensor 'W_enc' is [4, 5]; expected [3, 5] (b_enc is [5], b_dec [3])");
    }

    @Test
    void takesNothingWithThresholdsForPlainRelu() {
        Path file = torch("x.pt", linear(3, 5, tensor("threshold", 5)));
        assertRefused(file, "relu_pt: it has 'threshold' too, which a plain ReLU SAE has not");
        try (Sae sae = Checkpoints.open(file, ReadOptions.ofFormat("relu_pt"))) {
            assertThat(sae.architecture()).isEqualTo("standard");
        }
    }

    @Test
    void missesTheConfigOfSaeLensWeights() throws IOException {
        assertRefused(
                safetensors("x/sae_weights.safetensors", named(3, 5, 5, 3)),
                "relu_pt: the name is SAELens', whose cfg.json is missing");
    }

    @Test
    void knowsLayerAndTokensBySnapshotNames() {
        try (Sae sae = Sae.load(torch("sae_layer07_150M.pt", linear(3, 5)))) {
            assertThat(sae.config().metadata())
                    .containsEntry("hook_layer", 7)
                    .containsEntry("training_tokens", 150_000_000L);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "x.pt | keep the release's name, such as BatchTopK_exp8x_k220.pt",
                "JumpReLU_exp2x_k3.pt | keep the release's name",
                "TopK_exp3x_k3.pt | is called 3x, but encoder.weight is [6, 3]: d_sae = 6 is no 3 times d_in = 3",
                "TopK_exp2x_k7.pt | the name says k = 7: it is 1 to d_sae = 6",
                "BatchTopK_exp2x_k0.pt | the name says k = 0: it is 1 to d_sae = 6",
            })
    void holdsTheNamesOfAGridSearchAgainstTheirTensors(String name, String message) {
        assertRefused(torch(name, linear(3, 6, tensor("b_pre", 3))), name + "] ", message);
    }

    @Test
    void readsTheOnlyFileOfAFolder() {
        torch("one/TopK_exp2x_k3.pt", linear(3, 6, tensor("b_pre", 3)));
        try (Sae sae = Sae.load(folder.resolve("one"))) {
            assertThat(sae.config().activation()).isEqualTo(new Activation.TopK(3));
        }
        torch("one/TopK_exp2x_k2.pt", linear(3, 6, tensor("b_pre", 3)));
        assertRefused(folder.resolve("one"), "is a folder with 2 SAEs below it, not one");
        torch("other/sae_layer00_50M.pt", linear(3, 6));
        try (Sae sae = Sae.load(folder.resolve("other"))) {
            assertThat(sae.config().activation()).isEqualTo(new Activation.Relu());
        }
    }

    @Test
    void readsThresholdsOutOfNames() {
        Path file = torch("JumpReLU_exp2x_t-0.125.pt", linear(3, 6, tensor("b_pre", 3)));
        try (Sae sae = Sae.load(file)) {
            assertThat(sae.config().activation())
                    .isInstanceOfSatisfying(
                            Activation.JumpRelu.class,
                            jump -> assertThat(jump.threshold()).containsOnly(-0.125f));
        }
    }

    @Test
    void asksForTheFolderNameOfQwenScope() {
        Tensor[] tensors = named(5, 3, 5, 3);
        assertRefused(
                torch("layer4.sae.pt", tensors),
                "whose k is in no file: keep it in a folder with the repository's name");
        String repository = "SAE-Res-Qwen3-8B-Base-W64K-L0_2";
        try (Sae sae = Sae.load(torch(repository + "/layer4.sae.pt", tensors))) {
            assertThat(sae.config().activation()).isEqualTo(new Activation.TopK(2));
            assertThat(sae.config().metadata())
                    .containsEntry("model_name", "Qwen/Qwen3-8B-Base")
                    .containsEntry("hook_name", "blocks.4.hook_resid_post");
        }
        assertRefused(
                torch("SAE-Res-Q-W64K-L0_50/layer4.sae.pt", tensors),
                "the folder's name says k = 50: it is 1 to d_sae = 5");
    }

    @Test
    void holdsGemmaScope2AgainstItsConfig() throws IOException {
        Path file =
                safetensors(
                        "resid_post/layer_3_width_16k_l0_small/params.safetensors",
                        tensor("w_enc", 3, 5),
                        tensor("w_dec", 5, 3),
                        tensor("b_enc", 5),
                        tensor("b_dec", 3),
                        tensor("threshold", 5));
        Path saeFolder = folder.resolve("resid_post/layer_3_width_16k_l0_small");
        try (Sae sae = Sae.load(saeFolder)) {
            assertThat(sae.architecture()).isEqualTo("jumprelu");
            assertThat(sae.config().metadata())
                    .containsEntry("hook_name", "blocks.3.hook_resid_post");
        }
        Path config = file.resolveSibling("config.json");
        Files.writeString(config, "{\"architecture\": \"jump_relu\", \"affine_connection\": true}");
        assertRefused(
                saeFolder,
                "config.json] says affine_connection = true, but no tensor affine_skip_connection");
        Files.writeString(config, "{\"architecture\": \"topk\"}");
        assertRefused(file, "config.json] has architecture 'topk': known is jump_relu");
    }

    @Test
    void addsUpTheDecodersOfCrossLayerTranscoders() throws IOException {
        Tensor decoders = tensor("W_dec_2", 5, 3, 4);
        safetensors("W_dec_2.safetensors", decoders);
        Path file =
                safetensors(
                        "W_enc_2.safetensors",
                        tensor("W_enc_2", 5, 4),
                        tensor("b_enc_2", 5),
                        tensor("b_dec_2", 4));
        float[] all = decoders.toFloats();
        try (Sae sae = Sae.load(file)) {
            float[] row = new float[4];
            sae.weights().decoder().read(3, row, 0);
            for (int c = 0; c < 4; c++) {
                float sum = all[36 + c] + all[40 + c] + all[44 + c];
                assertThat(row[c]).isEqualTo(sum);
            }
            assertThat(sae.notes()).anyMatch(n -> n.contains("only its features mean something"));
        }
    }

    @Test
    void dividesTheOutputOfLlamaScopeTranscodersByTheirOwnScale() throws IOException {
        Path file = safetensors("L8TC/checkpoints/final.safetensors", linear(4, 6));
        Files.writeString(
                folder.resolve("L8TC/hyperparams.json"),
                """
                {"d_model": 4, "d_sae": 6, "jump_relu_threshold": 0.5,
                 "hook_point_in": "blocks.8.ln2.hook_normalized", "hook_point_out": "blocks.8.hook_mlp_out",
                 "dataset_average_activation_norm": {"in": 4, "out": 1}}
                """);
        try (Sae sae = Sae.load(file)) {
            assertThat(sae.architecture()).isEqualTo("jumprelu_transcoder");
            float[] bias = tensor("decoder.bias", 4).toFloats();
            for (int c = 0; c < 4; c++) {
                assertThat(sae.weights().decoderBias()[c]).isEqualTo(bias[c] / 2);
            }
        }
        Files.writeString(
                folder.resolve("L8TC/hyperparams.json"),
                """
                {"d_model": 4, "d_sae": 6, "jump_relu_threshold": 0.5,
                 "dataset_average_activation_norm": {"in": 0}}
                """);
        assertRefused(file, "has dataset_average_activation_norm.in = 0.0: a norm is positive");
    }

    @Test
    void holdsTheConfigOfATopKReleaseAgainstItsTensors() {
        Map<String, Object> state = new LinkedHashMap<>();
        for (Tensor tensor : named(3, 5, 5, 3)) {
            state.put(tensor.name(), tensor);
        }
        Map<String, Object> config = Map.of("d_in", 3, "d_sae", 6, "k", 2);
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("config", config);
        tree.put("model_state_dict", state);
        TorchWriter.write(folder.resolve("sae_weights.pt"), tree);
        assertRefused(
                folder,
                "sae_weights.pt] tensor 'model_state_dict.W_enc' is [3, 5]; expected [3, 6] (config says d_in=3, d_sae=6)");
    }
}
