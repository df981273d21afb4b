package dev.sae4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sae4j.io.DType;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.SafetensorsWriter;
import dev.sae4j.io.Tensor;
import dev.sae4j.io.TensorFile;
import dev.sae4j.sae.Activation;
import dev.sae4j.sae.ArrayWeights;
import dev.sae4j.sae.InputTransform;
import dev.sae4j.sae.Matrix;
import dev.sae4j.sae.Sae;
import dev.sae4j.sae.SaeConfig;
import dev.sae4j.sae.SaeWeights;
import dev.sae4j.testing.Gen;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SparsifyFormatTest {
    private static final int D = 3;
    private static final int F = 132;

    @TempDir Path scratch;

    private final CheckpointWriter writer = Checkpoints.writer("sparsify");

    @Test
    void readsBackTheBitsThatItWrote() {
        Gen.forAll(
                20,
                random -> {
                    int kind = random.nextInt(4);
                    Activation activation =
                            kind == 0
                                    ? new Activation.GroupMax(12)
                                    : new Activation.TopK(1 + random.nextInt(F));
                    var config =
                            new SaeConfig(D, F, activation, kind < 2, Map.of("model_name", "tiny"));
                    Sae sae =
                            kind < 2
                                    ? Sae.of(config, random(random).weights())
                                    : Sae.of(config.asTranscoder(D), skipping(random));
                    assertThat(writer.fit(sae))
                            .isEqualTo(new CheckpointWriter.Fit(List.of(), List.of()));
                    Path out = scratch.resolve("layers.4.mlp");
                    writer.write(sae, out, null);
                    try (Sae read = Sae.load(out)) {
                        SameSae.assertSame(read, sae);
                        assertThat(read.config().metadata()).containsEntry("model_name", "tiny");
                    }
                });
    }

    @Test
    void takesThePlaceFromTheFolder() {
        place("layers.10", "blocks.10.hook_resid_post", "layers.10.output");
        place("h.0.attn", "blocks.0.hook_attn_out", "h.0.attn.output");
        place(
                "gpt_neox.layers.3.mlp/seed4",
                "blocks.3.hook_mlp_out",
                "gpt_neox.layers.3.mlp.output");
        place(
                "layers.3.self_attn.o_proj",
                "layers.3.self_attn.o_proj",
                "layers.3.self_attn.o_proj.output");
        place("embed_tokens", "hook_embed", "embed_tokens.output");
        place("my-sae", null, null);
    }

    private void place(String folder, @Nullable String hook, @Nullable String module) {
        var config = new SaeConfig(D, F, new Activation.TopK(2), true, Map.of());
        Path out = scratch.resolve(folder);
        writer.write(Sae.of(config, random(new SplittableRandom(1)).weights()), out, null);
        try (Sae read = Sae.load(out)) {
            assertThat(read.config().metadata().get("hook_name")).isEqualTo(hook);
            assertThat(read.config().metadata().get("hf_hook_name")).isEqualTo(module);
            assertThat(read.config().metadata().get("seed"))
                    .isEqualTo(folder.endsWith("seed4") ? 4 : null);
        }
    }

    @Test
    void transcodersGoFromTheInputOfAModuleToItsOutput() {
        var config = new SaeConfig(D, F, new Activation.TopK(2), false, Map.of()).asTranscoder(D);
        Path out = scratch.resolve("layers.5.mlp");
        writer.write(Sae.of(config, random(new SplittableRandom(1)).weights()), out, null);
        try (Sae read = Sae.load(out)) {
            assertThat(read.config().metadata())
                    .containsEntry("hook_name", "layers.5.mlp.input")
                    .containsEntry("hook_name_out", "blocks.5.hook_mlp_out");
        }
    }

    @Test
    void takesModelAndDataFromTheRun() throws IOException {
        var config = new SaeConfig(D, F, new Activation.TopK(2), true, Map.of());
        Path out = scratch.resolve("layers.1");
        writer.write(Sae.of(config, random(new SplittableRandom(1)).weights()), out, null);
        Files.writeString(
                scratch.resolve("config.json"),
                "{\"sae\": {}, \"model\": \"pythia\", \"dataset\": \"text\", \"ctx_len\": 64}");
        try (Sae read = Sae.load(out)) {
            assertThat(read.config().metadata())
                    .containsEntry("model_name", "pythia")
                    .containsEntry("dataset_path", "text")
                    .containsEntry("context_size", 64);
        }
    }

    @Test
    void computesTheWidthWhereNoneIsGiven() throws IOException {
        save("\"d_in\": 2, \"num_latents\": 0, \"expansion_factor\": 2, \"k\": 1", 4);
        try (Sae sae = Sae.load(scratch)) {
            assertThat(sae.config().dSae()).isEqualTo(4);
        }
        save("\"d_in\": 2, \"expansion_factor\": 3, \"k\": 1", 4);
        assertThatThrownBy(() -> Sae.load(scratch))
                .hasMessageContaining("'encoder.weight' is [4, 2]; expected [6, 2]")
                .hasMessageContaining("cfg.json says d_in=2, expansion_factor=3");
        save("\"d_in\": 200000, \"expansion_factor\": 200000", 4);
        assertThatThrownBy(() -> Sae.load(scratch)).hasMessageContaining("more features than can");
    }

    @Test
    void refusesWhatItWouldComputeWrongly() throws IOException {
        refuses("\"k\": 5", "has k = 5: it is 1 to 4 features");
        refuses("\"k\": 3, \"activation\": \"groupmax\"", "groupmax needs a divisor of the 4");
        refuses("\"k\": 1, \"activation\": \"relu\"", "has activation 'relu': known are topk");
        refuses("\"k\": 1, \"skip_connection\": true", "has no tensor 'W_skip'");
        refuses("\"k\": 1, \"transcode\": \"yes\"", "needs true or false for 'transcode'");
    }

    private void refuses(String fields, String message) throws IOException {
        save("\"d_in\": 2, \"num_latents\": 4, " + fields, 4);
        assertThatThrownBy(() -> Sae.load(scratch))
                .isInstanceOf(Sae4jException.class)
                .hasMessageStartingWith("[")
                .hasMessageContaining(message);
    }

    @Test
    void readsSignedAsTheEarlyVersionsDid() throws IOException {
        save("\"d_in\": 2, \"num_latents\": 4, \"k\": 2, \"signed\": true", 4);
        try (Sae sae = Sae.load(scratch)) {
            assertThat(sae.config().activation()).isEqualTo(new Activation.AbsTopK(2));
            assertThat(sae.as("topk").config().activation()).isEqualTo(new Activation.TopK(2));
        }
    }

    private void save(String config, int features) throws IOException {
        Files.writeString(scratch.resolve("cfg.json"), "{" + config + "}");
        float[] matrix = new float[features * 2];
        SafetensorsWriter.write(
                scratch.resolve("sae.safetensors"),
                Map.of(),
                List.of(
                        Tensor.ofFloats("W_dec", matrix, features, 2),
                        Tensor.ofFloats("b_dec", new float[2], 2),
                        Tensor.ofFloats("encoder.bias", new float[features], features),
                        Tensor.ofFloats("encoder.weight", matrix, features, 2)));
    }

    @Test
    void writesOneTypeForAllWeightsBecauseTheLibraryReadsThemSo() {
        Matrix halves = new Halves(Matrix.of(new float[F * D], F, D));
        float[] bias = new float[F];
        bias[0] = 1e-9f; // no half float
        var weights = SaeWeights.of(halves, bias, halves, new float[D]);
        var config = new SaeConfig(D, F, new Activation.TopK(2), true, Map.of());
        writer.write(Sae.of(config, weights), scratch.resolve("mixed"), null);
        bias[0] = 0.5f;
        writer.write(Sae.of(config, weights), scratch.resolve("half"), null);
        assertThat(types("mixed")).containsOnly(DType.F32);
        assertThat(types("half")).containsOnly(DType.F16);
    }

    private List<DType> types(String folder) {
        try (TensorFile file =
                TensorFile.open(scratch.resolve(folder).resolve("sae.safetensors"))) {
            return file.tensors().values().stream().map(Tensor::dtype).toList();
        }
    }

    private record Halves(Matrix raw) implements Matrix {
        @Override
        public int rows() {
            return raw.rows();
        }

        @Override
        public int columns() {
            return raw.columns();
        }

        @Override
        public void read(int row, float[] target, int at) {
            raw.read(row, target, at);
        }

        @Override
        public DType dtype() {
            return DType.F16;
        }
    }

    @Test
    void saysWhatItFoldsAndWhatIsLost() {
        assertThat(fit(new Activation.Relu()).notes())
                .containsExactly("ReLU is written as TopK of all features");
        assertThat(fit(new Activation.AbsTopK(2)).losses())
                .containsExactly(
                        "TopK of sparsify keeps the largest, not those of the largest magnitude: negative activations are lost");
        assertThat(fit(new Activation.BatchTopK(2.4, 1f)).losses())
                .containsExactly(
                        "sparsify has no BatchTopK: each row would keep 2 features of its own");
        assertThatThrownBy(() -> fit(new Activation.JumpRelu(new float[F])))
                .isInstanceOf(Sae4jException.class)
                .hasMessage("sparsify has no place for JumpRelu");
        var scaled =
                new SaeConfig(D, F, new Activation.TopK(2), true, Map.of())
                        .withInput(new InputTransform.Scale(2));
        assertThat(writer.fit(Sae.of(scaled, random(new SplittableRandom(1)))).notes())
                .containsExactly("the input scale 2.0 is folded into the weights");
    }

    private CheckpointWriter.Fit fit(Activation activation) {
        var config = new SaeConfig(D, F, activation, true, Map.of());
        return writer.fit(Sae.of(config, random(new SplittableRandom(1))));
    }

    @Test
    void writesTheSameBytesAlways() throws IOException {
        var config = new SaeConfig(2, 3, new Activation.TopK(2), true, Map.of("b", 1, "a", 2));
        var weights =
                new ArrayWeights(
                        2,
                        new float[] {1, 2, 3, 4, 5, 6},
                        new float[] {1, 2, 3},
                        new float[] {6, 5, 4, 3, 2, 1},
                        new float[] {.5f, -.5f});
        Path out = scratch.resolve("layers.0");
        writer.write(Sae.of(config, weights), out, null);
        // as sparsify 1.3.3 read them, with the features expected
        assertThat(Sha256.of(out.resolve("sae.safetensors")))
                .isEqualTo("a0ea9fb38470661f8791d9ff134bab252d340db04fa4c849b008d04226d0b02a");
        assertThat(out.resolve("cfg.json"))
                .hasContent(
                        """
                        {
                          "activation" : "topk",
                          "expansion_factor" : 1,
                          "normalize_decoder" : false,
                          "num_latents" : 3,
                          "k" : 2,
                          "multi_topk" : false,
                          "skip_connection" : false,
                          "transcode" : false,
                          "d_in" : 2
                        }
                        """);
        assertThat(out.resolve("metadata.json"))
                .hasContent(
                        """
                        {
                          "a" : 2,
                          "b" : 1
                        }
                        """);
    }

    private static SaeWeights skipping(SplittableRandom random) {
        SaeWeights weights = random(random).weights();
        return random.nextBoolean()
                ? weights
                : weights.withSkip(Matrix.of(Gen.gaussians(random, D * D), D, D));
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
