package dev.sae4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sae4j.io.DType;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.SafetensorsWriter;
import dev.sae4j.io.Tensor;
import dev.sae4j.kernel.Rows;
import dev.sae4j.kernel.Workers;
import dev.sae4j.sae.Activation;
import dev.sae4j.sae.ArrayWeights;
import dev.sae4j.sae.Sae;
import dev.sae4j.sae.SaeConfig;
import dev.sae4j.testing.Gen;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SaeLensFormatTest {
    private static final int D = 7;
    private static final int F = 131; // two blocks of 64 and a rest

    @TempDir Path folder;

    @Test
    void readsBackTheBitsThatItWrote() {
        Gen.forAll(
                12,
                random -> {
                    Activation activation =
                            switch (random.nextInt(3)) {
                                case 0 -> new Activation.Relu();
                                case 1 -> new Activation.TopK(1 + random.nextInt(F));
                                default -> new Activation.JumpRelu(Gen.gaussians(random, F));
                            };
                    var config =
                            new SaeConfig(
                                    D,
                                    F,
                                    activation,
                                    random.nextBoolean(),
                                    Map.of("hook_name", "resid_post.3", "seed", 7));
                    ArrayWeights weights = random(random);
                    Path out = folder.resolve("sae");
                    Checkpoints.saeLens().write(Sae.of(config, weights), out, null);
                    try (Sae read = Sae.load(out)) {
                        assertThat(read.config()).usingRecursiveComparison().isEqualTo(config);
                        assertSameWeights(read, weights);
                    }
                });
    }

    private static void assertSameWeights(Sae read, ArrayWeights weights) {
        float[] all = new float[F * D];
        for (int j = 0; j < F; j++) {
            read.weights().encoder().read(j, all, j * D);
        }
        assertThat(all).isEqualTo(weights.encoder());
        float[] bulk = new float[F * D];
        read.weights().encoder().read(0, F, bulk);
        assertThat(bulk).isEqualTo(all);
        for (int j = 0; j < F; j++) {
            read.weights().decoder().read(j, all, j * D);
        }
        assertThat(all).isEqualTo(weights.decoder());
        assertThat(read.weights().encoderBias()).isEqualTo(weights.encoderBias());
        assertThat(read.weights().decoderBias()).isEqualTo(weights.decoderBias());
    }

    @Test
    void writesTheSameBytesTwice() throws IOException {
        var config = new SaeConfig(D, F, new Activation.TopK(4), true, Map.of("b", 1, "a", 2));
        for (String name : List.of("one", "two")) {
            var sae = Sae.of(config, random(new SplittableRandom(3)));
            Checkpoints.saeLens().write(sae, folder.resolve(name), null);
        }
        for (String file : List.of("cfg.json", "sae_weights.safetensors")) {
            assertThat(folder.resolve("one").resolve(file))
                    .hasSameBinaryContentAs(folder.resolve("two").resolve(file));
        }
    }

    /// The bytes are part of what users rely on: diffs, checksums, caches.
    @Test
    void writesThisCfgAndTheseBytes() throws Exception {
        float[] counting = {1, 2, 3, 4, 5, 6};
        var weights = new ArrayWeights(2, counting, new float[3], counting, new float[] {7, 8});
        var config =
                new SaeConfig(
                        2,
                        3,
                        new Activation.JumpRelu(new float[] {0.25f, 0.5f, 1}),
                        true,
                        Map.of("model_name", "tiny", "hook_name", "blocks.0.hook_resid_post"));
        Path out = folder.resolve("golden");
        Checkpoints.saeLens().write(Sae.of(config, weights), out, null);
        assertThat(out.resolve("cfg.json"))
                .hasContent(
                        """
                        {
                          "architecture" : "jumprelu",
                          "d_in" : 2,
                          "d_sae" : 3,
                          "dtype" : "float32",
                          "device" : "cpu",
                          "apply_b_dec_to_input" : true,
                          "normalize_activations" : "none",
                          "reshape_activations" : "none",
                          "metadata" : {
                            "hook_name" : "blocks.0.hook_resid_post",
                            "model_name" : "tiny"
                          }
                        }
                        """);
        byte[] bytes = Files.readAllBytes(out.resolve("sae_weights.safetensors"));
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
        assertThat(HexFormat.of().formatHex(hash))
                .isEqualTo("7a816122736b7cb2a3777a7228a51a04e0dc539c8ec678db0cd97832d5159a39");
    }

    @Test
    void foldsDecoderNormsIntoTheWeights() throws IOException {
        var random = new SplittableRandom(5);
        float[] decoder = Gen.gaussians(random, 3 * 2);
        decoder[4] = 0; // the last row is zero: its feature can never be chosen
        decoder[5] = 0;
        float[] encoder = Gen.gaussians(random, 2 * 3);
        save("\"k\": 2, \"rescale_acts_by_decoder_norm\": true", encoder, decoder);
        try (Workers workers = Workers.of(1);
                Sae sae = Sae.load(folder)) {
            float[] x = Gen.gaussians(random, 16);
            var codes = sae.encode(workers, Rows.of(x, 8, 2));
            float[] out = new float[16];
            sae.decode(workers, Rows.of(x, 8, 2), codes, out);
            for (int i = 0; i < codes.entries(); i++) {
                int j = codes.feature()[i];
                assertThat(j).isLessThan(2);
            }
            for (float v : out) {
                assertThat(v).isFinite();
            }
            float[] row = new float[2];
            sae.weights().decoder().read(0, row, 0);
            assertThat(Math.hypot(row[0], row[1])).isCloseTo(1, within());
        }
    }

    /// One float32 division and one square root: a few units in the last place.
    private static org.assertj.core.data.Offset<Double> within() {
        return org.assertj.core.data.Offset.offset(1e-6);
    }

    @Test
    void namesTheTensorTheFileAndTheConfigWhenShapesDisagree() throws IOException {
        save("\"k\": 2", new float[6], new float[6]);
        Path config = folder.resolve("cfg.json");
        Files.writeString(config, Files.readString(config).replace("\"d_in\": 2", "\"d_in\": 5"));
        assertThatThrownBy(() -> Sae.load(folder))
                .isInstanceOf(Sae4jException.class)
                .hasMessageContaining("sae_weights.safetensors]")
                .hasMessageContaining("'W_enc' is [2, 3]; expected [5, 3]")
                .hasMessageContaining("cfg.json says d_in=5, d_sae=3");
    }

    @Test
    void refusesWhatItWouldComputeWrongly() throws IOException {
        refuses("\"k\": 2, \"normalize_activations\": \"batch_norm\"", "normalize_activations");
        refuses("\"k\": 2, \"reshape_activations\": \"square\"", "reshape_activations");
        refuses("\"k\": 4", "has k = 4.0: it is 1 to d_sae = 3");
        refuses("\"k\": 2.5", "has k = 2.5: topk needs a whole one");
        refuses("\"k\": 2, \"dtype\": \"float31\"", "dtype 'float31'");
        refuses("\"k\": 2, \"apply_b_dec_to_input\": \"yes\"", "true or false");
        refuses("\"k\": 2, \"architecture\": \"quantum\"", "architecture 'quantum'");
    }

    private void refuses(String extra, String message) throws IOException {
        save(extra, new float[6], new float[6]);
        assertThatThrownBy(() -> Sae.load(folder))
                .isInstanceOf(Sae4jException.class)
                .hasMessageContaining("cfg.json]")
                .hasMessageContaining(message);
    }

    @Test
    void refusesWeightsThatAreIntegers() throws IOException {
        save("\"k\": 2", new float[6], new float[6]);
        var integers =
                new Tensor(
                        "W_enc", DType.I32, new long[] {2, 3}, MemorySegment.ofArray(new int[6]));
        SafetensorsWriter.write(
                folder.resolve("sae_weights.safetensors"),
                Map.of(),
                List.of(
                        integers,
                        Tensor.ofFloats("W_dec", new float[6], 3, 2),
                        Tensor.ofFloats("b_enc", new float[3], 3),
                        Tensor.ofFloats("b_dec", new float[2], 2)));
        assertThatThrownBy(() -> Sae.load(folder))
                .hasMessageContaining("tensor 'W_enc' is I32 [2, 3]: weights are F64, F32");
    }

    @Test
    void listsWhatEachFormatMissed() {
        assertThatThrownBy(() -> Sae.load(folder))
                .isInstanceOf(Sae4jException.class)
                .hasMessageContaining("is no SAE of a known format")
                .hasMessageContaining("saelens: there is no cfg.json");
    }

    /// A TopK SAE with d_in 2 and d_sae 3.
    private void save(String extra, float[] encoder, float[] decoder) throws IOException {
        String architecture = extra.contains("architecture") ? "" : "\"architecture\": \"topk\", ";
        Files.writeString(
                folder.resolve("cfg.json"),
                "{" + architecture + "\"d_in\": 2, \"d_sae\": 3, " + extra + "}");
        SafetensorsWriter.write(
                folder.resolve("sae_weights.safetensors"),
                Map.of(),
                List.of(
                        Tensor.ofFloats("W_enc", encoder, 2, 3),
                        Tensor.ofFloats("W_dec", decoder, 3, 2),
                        Tensor.ofFloats("b_enc", new float[] {.1f, .2f, 1e9f}, 3),
                        Tensor.ofFloats("b_dec", new float[2], 2)));
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
