package dev.sae4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sae4j.io.Json;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.Tensor;
import dev.sae4j.io.TensorFile;
import dev.sae4j.io.TorchWriter;
import dev.sae4j.sae.Activation;
import dev.sae4j.sae.Reading;
import dev.sae4j.sae.Sae;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DictionaryLearningFormatTest {
    private static final int D = 2;
    private static final int F = 3;

    @TempDir Path folder;

    @Test
    void asksWhichRuleIsMeantWhereNothingTells() {
        save(topK(2, 0.5f));
        assertThatThrownBy(() -> Sae.load(folder))
                .isInstanceOf(Sae4jException.class)
                .hasMessageContaining("ae.pt]")
                .hasMessageContaining("may be an AutoEncoderTopK or a BatchTopKSAE")
                .hasMessageContaining("--reading topk");
    }

    @Test
    void takesTheReadingForAnAnswer() {
        save(topK(2, 0.5f));
        assertThat(read("topk").config().activation()).isEqualTo(new Activation.TopK(2));
        assertThat(read("threshold").config().activation())
                .isEqualTo(new Activation.BatchTopK(2, 0.5f));
        assertThat(read("batch_topk").config().activation())
                .isEqualTo(new Activation.BatchTopK(2, null));
    }

    private Sae read(String reading) {
        try (Sae sae = Checkpoints.open(folder, ReadOptions.ofReading(reading))) {
            return sae;
        }
    }

    @Test
    void tellsTheOtherClassesByTheirTensors() {
        for (DictionaryClass type : DictionaryClass.values()) {
            if (type != DictionaryClass.TOP_K && type != DictionaryClass.BATCH_TOP_K) {
                save(state(type));
                try (Sae sae = Sae.load(folder)) {
                    assertThat(DictionaryClass.of(StateDict.of(open()))).containsExactly(type);
                    assertThat(sae.config().dSae()).isEqualTo(F);
                }
            }
        }
    }

    private TensorFile open() {
        return TensorFile.open(folder.resolve("ae.pt"));
    }

    @Test
    void findsTheConfigBesideAndAboveTheFile() throws IOException {
        config("\"dict_class\": \"AutoEncoderTopK\", \"k\": 2");
        TorchWriter.write(folder.resolve("ae.pt"), topK(2, 0.5f));
        TorchWriter.write(folder.resolve("checkpoints").resolve("ae_20.pt"), topK(2, 0.25f));
        for (String file : List.of("ae.pt", "checkpoints/ae_20.pt")) {
            try (Sae sae = Sae.load(folder.resolve(file))) {
                assertThat(sae.readings())
                        .extracting(Reading::name)
                        .containsExactly("topk", "threshold");
            }
        }
    }

    @Test
    void refusesAConfigOfAnotherSae() throws IOException {
        refuses(
                "\"dict_class\": \"os.system\"",
                topK(2, 1),
                "config.json]",
                "known are AutoEncoder,");
        refuses(
                "\"dict_class\": \"AutoEncoder\"",
                topK(2, 1),
                "ae.pt]",
                "is no AutoEncoder",
                "config.json has it: there is no tensor 'bias'");
        refuses(
                "\"dict_class\": \"BatchTopKSAE\", \"k\": 1",
                topK(2, 1),
                "has k = 2.0, but",
                "config.json says k=1");
        refuses(
                "\"dict_class\": \"BatchTopKSAE\", \"dict_size\": 4",
                topK(2, 1),
                "'encoder.weight' is [3, 2]; expected [4, 2]",
                "activation_dim=2, dict_size=4");
        refuses(
                "\"dict_class\": \"BatchTopKSAE\"",
                topK(4, 1),
                "has k = 4.0",
                "1 to the 3 features");
        refuses(
                "\"dict_class\": \"MatryoshkaBatchTopKSAE\", \"group_sizes\": [2, 1]",
                state(DictionaryClass.MATRYOSHKA),
                "has group_sizes [1, 2], but",
                "says [2, 1]");
    }

    @Test
    void refusesGroupsThatDoNotAddUp() {
        for (long[] sizes : new long[][] {{1, 1}, {0, 3}, {-1, 4}, {}, {Long.MAX_VALUE, 4}}) {
            Map<String, Object> state = state(DictionaryClass.MATRYOSHKA);
            state.put("group_sizes", Tensor.ofLongs("", sizes, sizes.length));
            save(state);
            assertThatThrownBy(() -> Sae.load(folder))
                    .isInstanceOf(Sae4jException.class)
                    .hasMessageContaining("add up to 3");
        }
    }

    private void refuses(String trainer, Map<String, Object> state, String... messages)
            throws IOException {
        config(trainer);
        save(state);
        var thrown = assertThatThrownBy(() -> Sae.load(folder)).isInstanceOf(Sae4jException.class);
        for (String message : messages) {
            thrown.hasMessageContaining(message);
        }
    }

    @Test
    void readsGroupSizesAsIncrements() {
        save(state(DictionaryClass.MATRYOSHKA));
        try (Sae sae = Sae.load(folder)) {
            assertThat(sae.config().prefixes()).containsExactly(1, 3);
        }
    }

    @Test
    void saysThatAThresholdWasNeverSet() throws IOException {
        config("\"dict_class\": \"BatchTopKSAE\"");
        save(topK(2, -1));
        try (Sae sae = Sae.load(folder)) {
            assertThat(sae.notes()).singleElement().asString().contains("its threshold is -1");
        }
    }

    @Test
    void readsEarlyTopKClassesByTheirConfig() throws IOException {
        Map<String, Object> state = topK(2, 1);
        state.remove("k");
        state.remove("threshold");
        config("\"dict_class\": \"BatchTopKSAE\", \"k\": 2");
        save(state);
        try (Sae sae = Sae.load(folder)) {
            assertThat(sae.config().activation()).isEqualTo(new Activation.BatchTopK(2, null));
            assertThat(sae.notes()).singleElement().asString().contains("no threshold");
        }
    }

    @Test
    void multipliesBiasesOfBackupsByTheirFactor() {
        Map<String, Object> backup = new LinkedHashMap<>();
        backup.put("step", 7);
        backup.put("ae", state(DictionaryClass.GATED));
        backup.put("config", Map.of("dict_class", "GatedAutoEncoder", "dict_size", F));
        backup.put("norm_factor", 2.0);
        save(backup);
        try (Sae sae = Sae.load(folder)) {
            var gated = (Activation.Gated) sae.config().activation();
            var stored = (Activation.Gated) sae.as("without_norm_factor").config().activation();
            assertThat(gated.gateBias()).containsExactly(2, 4, 6);
            assertThat(gated.magnitudeBias()).containsExactly(2, 4, 6);
            assertThat(gated.magnitudeScale()).containsExactly(1, 2, 3);
            assertThat(sae.weights().decoderBias()).containsExactly(2, 4);
            assertThat(stored.gateBias()).containsExactly(1, 2, 3);
        }
        backup.put("norm_factor", 0.0);
        save(backup);
        assertThatThrownBy(() -> Sae.load(folder))
                .hasMessageContaining("has norm_factor 0.0: it must be positive");
    }

    @Test
    void saysWhatTheConfigKnows() throws IOException {
        Files.writeString(
                folder.resolve("config.json"),
                """
                {"trainer": {"dict_class": "AutoEncoder", "lm_name": "pythia", "layer": 8,
                  "submodule_name": "resid_post_layer_8", "seed": 3, "lr": 0.1},
                 "buffer": {"ctx_len": 128}}
                """);
        save(state(DictionaryClass.AUTO_ENCODER));
        try (Sae sae = Sae.load(folder)) {
            assertThat(sae.config().metadata())
                    .containsEntry("model_name", "pythia")
                    .containsEntry("hook_name", "blocks.8.hook_resid_post")
                    .containsEntry("hook_layer", 8)
                    .containsEntry("context_size", 128)
                    .containsEntry("seed", 3)
                    .containsKey("dictionary_learning");
        }
    }

    private void config(String trainer) throws IOException {
        Files.writeString(folder.resolve("config.json"), "{\"trainer\": {" + trainer + "}}");
        assertThat(Json.readObject(folder.resolve("config.json"))).isNotNull();
    }

    private void save(Map<String, Object> tree) {
        TorchWriter.write(folder.resolve("ae.pt"), tree);
    }

    private static Map<String, Object> topK(int k, float threshold) {
        Map<String, Object> state = state(DictionaryClass.TOP_K);
        state.put("k", Tensor.ofInts("", new int[] {k}));
        state.put("threshold", Tensor.ofFloats("", new float[] {threshold}));
        return state;
    }

    private static Map<String, Object> state(DictionaryClass type) {
        Map<String, Object> state = new LinkedHashMap<>();
        for (String name : type.tensors()) {
            state.put(name, tensor(type, name));
        }
        return state;
    }

    private static Tensor tensor(DictionaryClass type, String name) {
        float[] six = {1, 2, 3, 4, 5, 6};
        return switch (name) {
            case "k" -> Tensor.ofInts("", new int[] {2});
            case "group_sizes" -> Tensor.ofLongs("", new long[] {1, 2}, 2);
            case "encoder.weight", "W_dec" -> Tensor.ofFloats("", six, F, D);
            case "decoder.weight", "W_enc" -> Tensor.ofFloats("", six, D, F);
            case "threshold" ->
                    type.isTopK()
                            ? Tensor.ofFloats("", new float[] {.5f})
                            : Tensor.ofFloats("", new float[] {1, 2, 3}, F);
            default ->
                    name.equals(type.decoderBias())
                            ? Tensor.ofFloats("", new float[] {1, 2}, D)
                            : Tensor.ofFloats("", new float[] {1, 2, 3}, F);
        };
    }
}
