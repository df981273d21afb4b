package dev.sae4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.Tensor;
import dev.sae4j.io.TensorFile;
import dev.sae4j.io.TorchWriter;
import dev.sae4j.sae.Activation;
import dev.sae4j.sae.ArrayWeights;
import dev.sae4j.sae.InputTransform;
import dev.sae4j.sae.Sae;
import dev.sae4j.sae.SaeConfig;
import dev.sae4j.testing.Gen;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OpenAiFormatTest {
    private static final int D = 5;
    private static final int F = 131;
    private static final InputTransform STANDARDISED =
            new InputTransform.LayerNorm(InputTransform.LayerNorm.EPSILON, true);

    @TempDir Path scratch;

    private final CheckpointWriter writer = Checkpoints.writer("openai");

    @Test
    void readsBackTheBitsThatItWrote() {
        Gen.forAll(
                20,
                random -> {
                    int k = 1 + random.nextInt(F);
                    SaeConfig config =
                            switch (random.nextInt(4)) {
                                case 0 -> config(new Activation.Relu(), InputTransform.NONE);
                                case 1 -> config(new Activation.TopK(k), STANDARDISED);
                                case 2 -> config(new Activation.SignedTopK(k), STANDARDISED);
                                default ->
                                        config(new Activation.SignedTopK(F), InputTransform.NONE);
                            };
                    Sae sae = Sae.of(config, random(random));
                    assertThat(writer.fit(sae))
                            .isEqualTo(new CheckpointWriter.Fit(List.of(), List.of()));
                    Path out = scratch.resolve("sae.pt");
                    writer.write(sae, out, null);
                    try (Sae read = Sae.load(out)) {
                        SameSae.assertSame(read, sae);
                    }
                });
    }

    private static SaeConfig config(Activation activation, InputTransform input) {
        return new SaeConfig(D, F, activation, true, Map.of()).withInput(input);
    }

    @Test
    void keepsTheStatisticsOfTraining() {
        Map<String, Object> state = state();
        state.put("stats_last_nonzero", Tensor.ofLongs("", new long[] {7, 8, 9}, 3));
        TorchWriter.write(scratch.resolve("in.pt"), state);
        try (Sae sae = Sae.load(scratch.resolve("in.pt"))) {
            writer.write(sae, scratch.resolve("out.pt"), null);
        }
        try (TensorFile file = TensorFile.open(scratch.resolve("out.pt"))) {
            assertThat(file.tensors().keySet())
                    .containsExactly(
                            "pre_bias",
                            "latent_bias",
                            "stats_last_nonzero",
                            "latents_activation_frequency",
                            "latents_mean_square",
                            "encoder.weight",
                            "decoder.weight");
            assertThat(file.find("stats_last_nonzero").orElseThrow().toLongs())
                    .containsExactly(7, 8, 9);
            assertThat(file.find("latents_activation_frequency").orElseThrow().toFloats())
                    .containsExactly(1, 1, 1);
        }
    }

    @Test
    void takesThePlaceFromTheFoldersOfTheRelease() {
        place("gpt2-small/resid_post_mlp_v5_32k/autoencoders/8.pt", "blocks.8.hook_resid_post");
        place("gpt2-small/resid_delta_attn/autoencoders/0.pt", "blocks.0.hook_attn_out");
        place("gpt2-small/mlp_post_act_v4/autoencoders/5.pt", "blocks.5.mlp.hook_post");
        place("elsewhere/5.pt", null);
    }

    private void place(String file, @Nullable String hook) {
        TorchWriter.write(scratch.resolve(file), state());
        try (Sae sae = Sae.load(scratch.resolve(file))) {
            assertThat(sae.config().metadata().get("hook_name")).isEqualTo(hook);
            assertThat(sae.config().metadata().get("model_name"))
                    .isEqualTo(hook == null ? null : "gpt2-small");
        }
    }

    @Test
    void refusesWhatItWouldComputeWrongly() {
        refuses("GELU", Map.of(), "has activation 'GELU': known are ReLU, TopK, Identity");
        refuses("TopK", Map.of(), "needs a positive integer for 'k', found none");
        refuses("TopK", Map.of("k", 4), "has k = 4.0: it is a whole number from 1 to the 3");
        refuses("TopK", Map.of("k", 1L << 40), "needs a positive integer for 'k'");
        refuses("TopK", Map.of("k", 1, "postact_fn", "Tanh"), "has postact_fn 'Tanh'");
    }

    private void refuses(String activation, Map<String, Object> rule, String message) {
        Map<String, Object> state = state();
        state.put("activation", activation);
        state.put("activation_state_dict", rule);
        TorchWriter.write(scratch.resolve("in.pt"), state);
        assertThatThrownBy(() -> Sae.load(scratch.resolve("in.pt")))
                .isInstanceOf(Sae4jException.class)
                .hasMessageContaining("in.pt]")
                .hasMessageContaining(message);
    }

    private static Map<String, Object> state() {
        Map<String, Object> state = new LinkedHashMap<>();
        state.put("pre_bias", Tensor.ofFloats("", new float[2], 2));
        state.put("latent_bias", Tensor.ofFloats("", new float[3], 3));
        state.put("encoder.weight", Tensor.ofFloats("", new float[6], 3, 2));
        state.put("decoder.weight", Tensor.ofFloats("", new float[6], 2, 3));
        return state;
    }

    @Test
    void saysWhatItFoldsAndWhatIsLost() {
        assertThat(fit(config(new Activation.TopK(2), InputTransform.NONE)).losses())
                .containsExactly(
                        "openai standardises rows before TopK: this SAE does not, or does so otherwise");
        assertThat(fit(config(new Activation.Relu(), STANDARDISED)).losses())
                .containsExactly("openai standardises rows before TopK only, not before ReLU");
        var uncentred =
                new SaeConfig(D, F, new Activation.Relu(), false, Map.of("model_name", "m"));
        assertThat(fit(uncentred).notes())
                .containsExactly(
                        "the format always subtracts b_dec from the input: b_enc makes up for it",
                        "the file has no place for metadata: model, hook and data are left out");
        assertThatThrownBy(() ->
                        fit(config(new Activation.JumpRelu(new float[F]), InputTransform.NONE)))
                .isInstanceOf(Sae4jException.class)
                .hasMessage("openai has no place for JumpRelu");
    }

    private CheckpointWriter.Fit fit(SaeConfig config) {
        return writer.fit(Sae.of(config, random(new SplittableRandom(1))));
    }

    @Test
    void writesTheSameBytesAlways() throws IOException {
        var config =
                new SaeConfig(2, 3, new Activation.TopK(2), true, Map.of()).withInput(STANDARDISED);
        var weights =
                new ArrayWeights(
                        2,
                        new float[] {1, 2, 3, 4, 5, 6},
                        new float[] {1, 2, 3},
                        new float[] {6, 5, 4, 3, 2, 1},
                        new float[] {.5f, -.5f});
        writer.write(Sae.of(config, weights), scratch.resolve("out.pt"), null);
        // as torch 2.12 read it with weights_only
        assertThat(Sha256.of(scratch.resolve("out.pt")))
                .isEqualTo("1aec9e23fd6ffbc8762ae20a465bd70272812d3920d81402a9a6a837a88e7515");
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
