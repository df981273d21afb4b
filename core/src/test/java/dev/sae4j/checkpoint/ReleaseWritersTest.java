package dev.sae4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sae4j.io.DType;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.Tensor;
import dev.sae4j.io.TensorFile;
import dev.sae4j.io.UsageException;
import dev.sae4j.kernel.Rows;
import dev.sae4j.kernel.Workers;
import dev.sae4j.sae.Activation;
import dev.sae4j.sae.ArrayWeights;
import dev.sae4j.sae.InputTransform;
import dev.sae4j.sae.Sae;
import dev.sae4j.sae.SaeConfig;
import dev.sae4j.testing.Fixtures;
import dev.sae4j.testing.Gen;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The formats of single files that are written too.
class ReleaseWritersTest {
    private static final int D = 4;
    private static final int F = 10;

    /// As the manifest names the formats.
    private static final Set<String> RECORDED =
            Set.of(
                    "gemma-scope-npz",
                    "topk-sae-pt",
                    "pre-bias-linear-pt",
                    "plain-relu-pt",
                    "deepseek-r1",
                    "torch-pt");

    @TempDir Path folder;

    /// Of the recorded files that are in one of the formats, each is read, written and read again.
    @Tag("fixtures-checkpoints")
    @TestFactory
    Stream<DynamicTest> readsBackTheBitsOfRecordedFiles() {
        return Fixtures.manifests("manifest.json", m -> m.has("cases") && m.has("hostile")).stream()
                .flatMap(m ->
                        m.json()
                                .path("cases")
                                .valueStream()
                                .filter(c -> RECORDED.contains(c.path("format").asString()))
                                .map(c -> {
                                    Path load =
                                            m.folder()
                                                    .resolve(c.path("dir").asString())
                                                    .resolve(c.path("load").asString());
                                    String id = c.path("id").asString();
                                    return DynamicTest.dynamicTest(id, () -> again(id, load));
                                }));
    }

    private void again(String id, Path load) {
        var found = Checkpoints.find(load, ReadOptions.NONE);
        try (Sae sae = found.sae()) {
            String format = found.format().name();
            Path out = folder.resolve(sae.config().transcoder() ? "transcoder" : "sae").resolve(id);
            assertThat(Checkpoints.writer(format).fit(sae).losses()).isEmpty();
            Checkpoints.writer(format).write(sae, out, null);
            try (var files = Files.list(out)) {
                Path file = files.toList().getFirst();
                var again = Checkpoints.find(file, ReadOptions.NONE);
                try (Sae read = again.sae()) {
                    assertThat(again.format().name()).isEqualTo(format);
                    SameSae.assertSame(read, sae);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Small fractions of two: the same on every machine, and exact in float16.
    private static float[] values(int seed, int n) {
        float[] values = new float[n];
        for (int i = 0; i < n; i++) {
            values[i] = ((i * 7 + seed) % 23 - 11) / 8f;
        }
        return values;
    }

    private static ArrayWeights weights() {
        return new ArrayWeights(D, values(1, F * D), values(2, F), values(3, F * D), values(4, D));
    }

    private static Sae sae(Activation activation, boolean centred) {
        return Sae.of(new SaeConfig(D, F, activation, centred, Map.of("hook_layer", 3)), weights());
    }

    private static Activation activation(String format) {
        return switch (format) {
            case "gemma_scope" -> new Activation.JumpRelu(values(5, F));
            case "topk_pt" -> new Activation.TopK(3);
            case "grid_pt" -> new Activation.BatchTopK(2, null);
            default -> new Activation.Relu();
        };
    }

    @ParameterizedTest
    @CsvSource({
        "gemma_scope, params.npz, d28b200f99f5ba47",
        "topk_pt, sae_weights.pt, a11d88d34574c64a",
        "grid_pt, BatchTopK_exp2.5x_k2.pt, 5c9d984029e6324a",
        "relu_pt, sae_layer03_final.pt, eebc11833648f86d",
    })
    void writesTheSameBytesAlways(String format, String name, String hash) throws Exception {
        Sae sae = sae(activation(format), false);
        CheckpointWriter writer = Checkpoints.writer(format);
        assertThat(writer.fit(sae).losses()).isEmpty();
        writer.write(sae, folder.resolve("out"), null);
        Path file = folder.resolve("out").resolve(name);
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
        assertThat(HexFormat.of().formatHex(digest)).startsWith(hash);
        try (Sae read = Sae.load(file)) {
            assertThat(SameSae.all(read.weights().encoder())).isEqualTo(weights().encoder());
            assertThat(SameSae.all(read.weights().decoder())).isEqualTo(weights().decoder());
        }
        writer.write(sae, folder.resolve("f16"), DType.F16);
        try (Sae read = Sae.load(folder.resolve("f16").resolve(name))) {
            assertThat(read.weights().encoder().dtype()).isEqualTo(DType.F16);
        }
    }

    /// Folding b_dec moves it through a product of float32: a few units in the last place.
    @ParameterizedTest
    @CsvSource({"gemma_scope", "topk_pt", "grid_pt", "relu_pt"})
    void writesCentredSaesInAFormThatComputesTheSame(String format) {
        Sae sae = sae(activation(format), true);
        var fit = Checkpoints.writer(format).fit(sae);
        assertThat(fit.losses()).isEmpty();
        assertThat(fit.notes())
                .anyMatch(n ->
                        n.equals("the subtraction of b_dec from the input is folded into b_enc")
                                || n.equals(
                                        "b_dec, which is subtracted from the input, becomes b_pre"));
        Checkpoints.writer(format).write(sae, folder, null);
        try (Workers workers = Workers.of(1);
                Sae read = Sae.load(only())) {
            float[] x = Gen.gaussians(new SplittableRandom(5), 6 * D);
            Rows rows = Rows.of(x, 6, D);
            float[] expected = new float[6 * D];
            float[] found = new float[6 * D];
            sae.decode(workers, rows, sae.encode(workers, rows), expected);
            read.decode(workers, rows, read.encode(workers, rows), found);
            for (int i = 0; i < found.length; i++) {
                assertThat(found[i]).isCloseTo(expected[i], Offset.offset(1e-5f));
            }
        }
    }

    private Path only() {
        try (var files = Files.list(folder)) {
            return files.toList().getFirst();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "gemma_scope | topk | Gemma Scope has JumpReLU only, not topk: write saelens",
                "gemma_scope | batch | Gemma Scope has JumpReLU only, not batchtopk: write saelens",
                "topk_pt | jump | The TopK release has TopK only, not jumprelu: write saelens",
                "grid_pt | jump | A grid search has one threshold for all features, this SAE one for each: write saelens",
                "grid_pt | abs | A grid search has BatchTopK, TopK and JumpReLU only, not abstopk: write saelens",
                "relu_pt | jump | The plain torch file has ReLU only, not jumprelu: write saelens",
            })
    void refusesWhatTheFormatHasNoPlaceFor(String format, String kind, String message) {
        Activation activation =
                switch (kind) {
                    case "topk" -> new Activation.TopK(2);
                    case "batch" -> new Activation.BatchTopK(2, null);
                    case "abs" -> new Activation.AbsTopK(2);
                    default -> activation("gemma_scope");
                };
        assertThatThrownBy(() -> Checkpoints.writer(format).fit(sae(activation, false)))
                .isInstanceOf(Sae4jException.class)
                .hasMessage(message);
    }

    @Test
    void saysWhatIsLost() {
        var normalised =
                Sae.of(
                        sae(new Activation.BatchTopK(2.4, 0.5f), false)
                                .config()
                                .withInput(new InputTransform.ConstantNorm(true)),
                        weights());
        assertThat(Checkpoints.writer("topk_pt").fit(normalised).losses())
                .containsExactly(
                        "the format keeps a number of features per row: each row would have its 2 largest, whatever the batch or the threshold",
                        "each row is normalised before the encoder and the format cannot say so: its users would have to do it");
        assertThat(Checkpoints.writer("topk_pt").fit(normalised).notes())
                .containsExactly(
                        "'feature_activations' is not known: zeros are written",
                        "'steps_since_active' is not known: zeros are written",
                        "the format has no place for where the SAE comes from; not written: hook_layer");
        assertThat(
                        Checkpoints.writer("grid_pt")
                                .fit(sae(new Activation.BatchTopK(2.4, null), false))
                                .losses())
                .containsExactly("the name holds a whole k: 2 instead of 2.4");
    }

    @Test
    void keepsTheCountsOfTheTraining() {
        long[] counts = {0, 1, 2, 3, 4, 5, 6, 7, 8, Long.MAX_VALUE};
        var counted = Tensor.ofLongs("model_state_dict.feature_activations", counts, F);
        Sae sae =
                Sae.of(
                        sae(new Activation.TopK(3), false).config(),
                        weights().weights().withTensors(List.of(counted)));
        Checkpoints.writer("topk_pt").write(sae, folder, null);
        try (TensorFile file = TensorFile.open(folder.resolve("sae_weights.pt"))) {
            assertThat(file.tensors().keySet())
                    .containsExactly(
                            "model_state_dict.W_enc",
                            "model_state_dict.W_dec",
                            "model_state_dict.b_enc",
                            "model_state_dict.b_dec",
                            "model_state_dict.feature_activations",
                            "model_state_dict.steps_since_active");
            assertThat(file.require(counted.name(), "test", F).toLongs()).isEqualTo(counts);
            assertThat(file.values())
                    .hasToString(
                            "{\"config\":{\"d_in\":4,\"d_sae\":10,\"k\":3},\"model_state_dict\":{}}");
        }
    }

    @Test
    void refusesNamesThatWouldSayWhatIsNotSo() {
        Sae grid = sae(activation("grid_pt"), false);
        assertThatThrownBy(() -> write("grid_pt", grid, "BatchTopK_exp2x_k2.pt"))
                .isInstanceOf(UsageException.class)
                .hasMessage(
                        "the name of a grid search's file says what is in it: write BatchTopK_exp2.5x_k2.pt, not BatchTopK_exp2x_k2.pt");
        Sae jump = sae(activation("gemma_scope"), false);
        assertThatThrownBy(() -> write("gemma_scope", jump, "embedding/params.npz"))
                .hasMessageContaining("write to another folder");
        assertThatThrownBy(() -> write("gemma_scope", jump, "transcoders/params.npz"))
                .hasMessageContaining("write to a folder without 'transcoder' in its name");
        Sae transcoder = Sae.of(jump.config().asTranscoder(D), weights());
        assertThatThrownBy(() -> write("gemma_scope", transcoder, "saes/params.npz"))
                .hasMessageContaining("write to a folder with 'transcoder' in its name");
        assertThatThrownBy(() ->
                        Checkpoints.writer("gemma_scope")
                                .write(jump, folder.resolve("b"), DType.BF16))
                .isInstanceOf(UsageException.class)
                .hasMessage("numpy has no bfloat16: write f32 or f16");
    }

    private void write(String format, Sae sae, String name) {
        Checkpoints.writer(format).write(sae, folder.resolve(name), null);
    }
}
