package dev.sae4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sae4j.io.DType;
import dev.sae4j.io.Json;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.TensorFile;
import dev.sae4j.sae.Activation;
import dev.sae4j.sae.ArrayWeights;
import dev.sae4j.sae.InputTransform;
import dev.sae4j.sae.Sae;
import dev.sae4j.sae.SaeConfig;
import dev.sae4j.testing.Gen;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DictionaryLearningWriterTest {
    private static final int D = 7;
    private static final int F = 131; // two blocks of 64 and a rest

    @TempDir Path folder;

    private final CheckpointWriter writer = Checkpoints.writer("dictionary_learning");

    @Test
    void readsBackTheBitsThatItWrote() {
        Gen.forAll(
                30,
                random -> {
                    SaeConfig config = config(random);
                    ArrayWeights weights = random(random);
                    if (config.activation() instanceof Activation.Gated) {
                        Arrays.fill(weights.encoderBias(), 0); // it has two of its own
                    }
                    Sae sae = Sae.of(config, weights);
                    assertThat(writer.fit(sae))
                            .isEqualTo(new CheckpointWriter.Fit(List.of(), List.of()));
                    Path out = folder.resolve("dictionary");
                    writer.write(sae, out, null);
                    try (Sae read = Sae.load(out)) {
                        SameSae.assertSameWeights(read, sae);
                        assertThat(read.config().activation())
                                .usingRecursiveComparison()
                                .isEqualTo(config.activation());
                        assertThat(read.config().centred()).isEqualTo(config.centred());
                        assertThat(read.config().prefixes()).isEqualTo(config.prefixes());
                        assertThat(read.config().metadata())
                                .containsEntry("model_name", "tiny")
                                .containsEntry("hook_name", "blocks.3.hook_resid_post");
                    }
                });
    }

    private static SaeConfig config(SplittableRandom random) {
        int kind = random.nextInt(7);
        int k = 1 + random.nextInt(F);
        Activation activation =
                switch (kind) {
                    case 0, 1 -> new Activation.Relu();
                    case 2 -> new Activation.TopK(k);
                    case 3, 4 -> new Activation.BatchTopK(k, random.nextFloat());
                    case 5 -> new Activation.JumpRelu(Gen.gaussians(random, F));
                    default ->
                            new Activation.Gated(
                                    Gen.gaussians(random, F),
                                    Gen.gaussians(random, F),
                                    Gen.gaussians(random, F));
                };
        boolean centred = kind != 1 && kind != 5;
        var config =
                new SaeConfig(
                        D,
                        F,
                        activation,
                        centred,
                        Map.of("model_name", "tiny", "hook_name", "blocks.3.hook_resid_post"));
        return kind == 4 ? config.withPrefixes(List.of(5, 64, F)) : config;
    }

    @Test
    void keepsTheThresholdThatTopKDoesNotUse() {
        var metadata = Map.<String, Object>of("dictionary_learning", Map.of("threshold", 0.75f));
        var config = new SaeConfig(D, F, new Activation.TopK(4), true, metadata);
        writer.write(Sae.of(config, random(new SplittableRandom(1))), folder.resolve("out"), null);
        try (Sae read = Sae.load(folder.resolve("out"))) {
            assertThat(read.as("threshold").config().activation())
                    .isEqualTo(new Activation.BatchTopK(4, 0.75f));
        }
    }

    @Test
    void namesTheClassAndTheTrainerThatOthersDispatchOn() {
        var config =
                new SaeConfig(
                        D,
                        F,
                        new Activation.BatchTopK(4, 0.5f),
                        true,
                        Map.of("hook_name", "resid_post.3", "seed", 7));
        writer.write(Sae.of(config, random(new SplittableRandom(1))), folder.resolve("out"), null);
        var trainer = Json.readObject(folder.resolve("out/config.json")).path("trainer");
        assertThat(trainer.path("dict_class").asString()).isEqualTo("BatchTopKSAE");
        assertThat(trainer.path("trainer_class").asString()).isEqualTo("BatchTopKTrainer");
        assertThat(trainer.path("activation_dim").asInt()).isEqualTo(D);
        assertThat(trainer.path("dict_size").asInt()).isEqualTo(F);
        assertThat(trainer.path("k").asInt()).isEqualTo(4);
        assertThat(trainer.path("layer").asInt()).isEqualTo(3);
        assertThat(trainer.path("submodule_name").asString()).isEqualTo("resid_post_layer_3");
        assertThat(trainer.path("seed").asInt()).isEqualTo(7);
    }

    @Test
    void writesTheTypesOfTheLibrary() {
        var config =
                new SaeConfig(D, F, new Activation.BatchTopK(4, 0.5f), true, Map.of())
                        .withPrefixes(List.of(5, F));
        writer.write(
                Sae.of(config, random(new SplittableRandom(1))), folder.resolve("out"), DType.BF16);
        try (TensorFile file = TensorFile.open(folder.resolve("out/ae.pt"))) {
            assertThat(file.tensors().values())
                    .extracting(t -> t.name() + " " + t.describe())
                    .containsExactly(
                            "W_enc BF16 [7, 131]",
                            "b_enc BF16 [131]",
                            "W_dec BF16 [131, 7]",
                            "b_dec BF16 [7]",
                            "k I32 []",
                            "threshold F32 []",
                            "group_sizes I64 [2]");
            assertThat(file.find("group_sizes").orElseThrow().toLongs()).containsExactly(5, F - 5);
        }
    }

    @Test
    void writesTheSameBytesAlways() throws IOException {
        var config =
                new SaeConfig(
                        2, 3, new Activation.TopK(2), true, Map.of("model_name", "m", "b", 1));
        var weights =
                new ArrayWeights(
                        2,
                        new float[] {1, 2, 3, 4, 5, 6},
                        new float[] {1, 2, 3},
                        new float[] {6, 5, 4, 3, 2, 1},
                        new float[] {.5f, -.5f});
        writer.write(Sae.of(config, weights), folder.resolve("out"), null);
        // as dictionary_learning 0.1.0 read them, with the features expected
        assertThat(Sha256.of(folder.resolve("out/ae.pt")))
                .isEqualTo("8622bff5a850b396bfdf4b7650ab9cc18cd32718de11be499167671fd25d6958");
        assertThat(folder.resolve("out/config.json"))
                .hasContent(
                        """
                        {
                          "trainer" : {
                            "trainer_class" : "TopKTrainer",
                            "dict_class" : "AutoEncoderTopK",
                            "wandb_name" : "AutoEncoderTopK",
                            "device" : "cpu",
                            "activation_dim" : 2,
                            "dict_size" : 3,
                            "k" : 2,
                            "layer" : null,
                            "lm_name" : "m",
                            "submodule_name" : null
                          },
                          "buffer" : {
                            "d_submodule" : 2,
                            "io" : "out",
                            "ctx_len" : null
                          },
                          "metadata" : {
                            "b" : 1,
                            "model_name" : "m"
                          }
                        }
                        """);
    }

    @Test
    void saysWhatItFoldsAndWhatIsLost() {
        assertThat(fit(new Activation.TopK(2), false).notes())
                .containsExactly(
                        "the format always subtracts b_dec from the input: b_enc makes up for it");
        assertThat(fit(new Activation.JumpRelu(new float[F]), true).notes())
                .containsExactly("the subtraction of b_dec from the input is folded into b_enc");
        assertThat(fit(new Activation.SignedTopK(2), true).losses())
                .containsExactly("AutoEncoderTopK applies ReLU: negative activations are lost");
        assertThat(fit(new Activation.BatchTopK(2.5, 1f), true).losses())
                .containsExactly("k = 2.5 is no whole number: 3 is written");
        assertThat(fit(new Activation.BatchTopK(2, null), true).losses())
                .singleElement()
                .asString()
                .contains("becomes its reading 'batch_topk'");
        var rows = new InputTransform.ConstantNorm(true);
        var config = new SaeConfig(D, F, new Activation.Relu(), true, Map.of()).withInput(rows);
        assertThat(writer.fit(Sae.of(config, random(new SplittableRandom(1)))).losses())
                .singleElement()
                .asString()
                .contains("takes rows as they are");
    }

    @Test
    void refusesWhatHasNoClass() {
        assertThatThrownBy(() -> fit(new Activation.AbsTopK(2), true))
                .isInstanceOf(Sae4jException.class)
                .hasMessageContaining("no class for abstopk");
        var transcoder =
                new SaeConfig(D, F, new Activation.Relu(), false, Map.of()).asTranscoder(D);
        assertThatThrownBy(() -> writer.fit(Sae.of(transcoder, random(new SplittableRandom(1)))))
                .hasMessageContaining("no transcoders");
    }

    private CheckpointWriter.Fit fit(Activation activation, boolean centred) {
        var config = new SaeConfig(D, F, activation, centred, Map.of());
        return writer.fit(Sae.of(config, random(new SplittableRandom(1))));
    }

    private static ArrayWeights random(SplittableRandom random) {
        return new ArrayWeights(
                D,
                Gen.gaussians(random, F * D),
                Gen.gaussians(random, F),
                Gen.gaussians(random, F * D),
                Gen.gaussians(random, D));
    }
}
