package dev.sae4j.train.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.sae4j.io.DType;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.Safetensors;
import dev.sae4j.io.SafetensorsWriter;
import dev.sae4j.io.Tensor;
import dev.sae4j.io.UsageException;
import dev.sae4j.kernel.Vectors;
import dev.sae4j.kernel.Workers;
import dev.sae4j.lm.Hook;
import dev.sae4j.lm.LanguageModel;
import dev.sae4j.lm.TokenBatch;
import dev.sae4j.lm.data.TextSource;
import dev.sae4j.lm.harvest.Exclusion;
import dev.sae4j.lm.harvest.HarvestOptions;
import dev.sae4j.sae.Activation;
import dev.sae4j.sae.ArrayWeights;
import dev.sae4j.sae.Sae;
import dev.sae4j.sae.SaeConfig;
import dev.sae4j.testing.Fixtures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("fixtures-models")
class ModelEvaluationTest {
    private static final Workers WORKERS = Workers.of(2);
    private static final TextSource TEXT =
            TextSource.of(
                    "a few lines",
                    List.of(
                            "The quiet river follows the stone bridge, it's said.",
                            "the small engine draws the island because a market opens it",
                            "a bright winter crosses the café and counts 100 circles"));

    @AfterAll
    static void close() {
        WORKERS.close();
    }

    private static Path folder() {
        return Fixtures.manifests("manifest.json", m -> m.at("/families/llama").isObject())
                .getFirst()
                .folder()
                .resolve("llama");
    }

    private static HarvestOptions options(String hook, Exclusion exclude) {
        return new HarvestOptions(Hook.parse(hook), 1_000, 64, exclude, DType.F32, 64);
    }

    private static Evaluation run(LanguageModel model, Sae sae, String hook, Exclusion exclude) {
        return ModelEvaluation.run(WORKERS, model, sae, TEXT, options(hook, exclude), rows -> {});
    }

    /// `relu(x) - relu(-x)`, which is x: features 2c and 2c + 1 for dimension c.
    ///
    /// @param out 1 for the identity, 0 for zeros
    private static Sae mirror(int d, float out) {
        float[] encoder = new float[2 * d * d];
        float[] decoder = new float[2 * d * d];
        for (int c = 0; c < d; c++) {
            for (int sign = 0; sign < 2; sign++) {
                int at = (2 * c + sign) * d + c;
                encoder[at] = 1 - 2 * sign;
                decoder[at] = out * encoder[at];
            }
        }
        return Sae.of(
                new SaeConfig(d, 2 * d, new Activation.Relu(), false, Map.of()),
                new ArrayWeights(d, encoder, new float[2 * d], decoder, new float[d]));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"resid_pre.1", "resid_mid.1", "resid_post.1", "attn_out.2", "mlp_out.0"})
    void exactReconstructionsLoseNothing(String hook) {
        try (var model = LanguageModel.open(folder());
                Sae sae = mirror(model.spec().width(), 1)) {
            Evaluation found = run(model, sae, hook, Exclusion.NONE);
            ModelLoss loss = Objects.requireNonNull(found.loss());
            assertThat(loss.withSae()).isEqualTo(loss.clean());
            assertThat(loss.score()).isEqualTo(1);
            assertThat(loss.zeroAblated()).isNotEqualTo(loss.clean());
            assertThat(found.reconstruction().explainedVariance()).isEqualTo(1);
            assertThat(found.reconstruction().l0()).isEqualTo(model.spec().width());
            assertThat(found.metrics())
                    .containsEntry("ce_loss_score", 1.0)
                    .containsEntry("explained_variance", 1.0);
        }
    }

    @Test
    void zerosScoreNothing() {
        try (var model = LanguageModel.open(folder());
                Sae sae = mirror(model.spec().width(), 0)) {
            ModelLoss loss =
                    Objects.requireNonNull(
                            run(model, sae, "resid_post.1", Exclusion.FIRST_AND_SPECIAL).loss());
            assertThat(loss.withSae()).isEqualTo(loss.zeroAblated());
            assertThat(loss.score()).isZero();
        }
    }

    @Test
    void countsOnlyPredictionsAtReplacedPositions() {
        try (var model = LanguageModel.open(folder());
                Sae sae = mirror(model.spec().width(), 1)) {
            Evaluation all = run(model, sae, "resid_post.1", Exclusion.NONE);
            Evaluation some = run(model, sae, "resid_post.1", Exclusion.FIRST_AND_SPECIAL);
            assertThat(all.reconstruction().rows() - some.reconstruction().rows()).isEqualTo(3);
            assertThat(loss(all).predictions() - loss(some).predictions()).isEqualTo(3);
            // the last token of each text predicts nothing
            assertThat(all.reconstruction().rows() - loss(all).predictions()).isEqualTo(3);
        }
    }

    private static ModelLoss loss(Evaluation evaluation) {
        return Objects.requireNonNull(evaluation.loss());
    }

    /// What the defining library recorded with the stream replaced at every position. The texts of
    /// the recorded tokens come from a tokenizer whose every token is a word.
    @TestFactory
    Stream<DynamicTest> agreesWithRecordedLosses(@TempDir Path dir) throws IOException {
        Path words = copyOfModel(dir.resolve("words"));
        Files.writeString(words.resolve("tokenizer.json"), wordTokenizer(384));
        return Stream.of("zero", "mean", "steer", "recon")
                .map(name -> DynamicTest.dynamicTest(name, () -> compare(words, name)));
    }

    private static void compare(Path folder, String name) {
        try (var model = LanguageModel.open(folder);
                Safetensors expected = Safetensors.open(folder().resolve("expected.safetensors"));
                Safetensors patched = Safetensors.open(folder().resolve("patched.safetensors"));
                Sae sae = replacement(name, model, expected, patched)) {
            Evaluation found =
                    ModelEvaluation.run(
                            WORKERS,
                            model,
                            sae,
                            TextSource.of("recorded", texts(expected)),
                            options("resid_post.1", Exclusion.NONE),
                            rows -> {});
            // 1e-5: ten times the distance between honest float32 runs; the SAE's own rounding, in
            // the table of reconstructions above all, is worth as much again
            assertThat(loss(found).clean()).isCloseTo(loss(expected, "loss"), within(1e-5));
            assertThat(loss(found).withSae())
                    .isCloseTo(loss(patched, name + ".loss"), within(1e-4));
            assertThat(loss(found).zeroAblated())
                    .isCloseTo(loss(patched, "zero.loss"), within(1e-5));
        }
    }

    private static double loss(Safetensors file, String name) {
        return file.find(name).orElseThrow().toFloats()[0];
    }

    /// An SAE that does to the stream what was done in the recorded run.
    private static Sae replacement(
            String name, LanguageModel model, Safetensors expected, Safetensors patched) {
        int d = model.spec().width();
        return switch (name) {
            case "zero" -> mirror(d, 0);
            case "mean" ->
                    biased(mirror(d, 0), 1, patched.find("mean.vector").orElseThrow().toFloats());
            case "steer" ->
                    biased(mirror(d, 1), 3, patched.find("steer.vector").orElseThrow().toFloats());
            default -> table(d, model, expected, patched);
        };
    }

    /// Adds `scale * bias` to what an SAE puts out.
    private static Sae biased(Sae sae, float scale, float[] bias) {
        for (int c = 0; c < bias.length; c++) {
            sae.weights().decoderBias()[c] = scale * bias[c];
        }
        return sae;
    }

    /// One feature per recorded row of the stream: the nearest row has the largest `x_j·x - |x_j|²/2`,
    /// and at the row itself that is `|x_j|²/2`.
    private static Sae table(
            int d, LanguageModel model, Safetensors expected, Safetensors patched) {
        List<float[]> stream = new ArrayList<>();
        model.forward(WORKERS, TokenBatch.of(rows(expected)))
                .read(
                        Hook.parse("resid_post.1"),
                        (x, n, width) -> stream.add(Arrays.copyOf(x, n * width)))
                .run();
        float[] x = stream.getFirst();
        int n = x.length / d;
        float[] y = realRows(expected, patched.find("recon.value").orElseThrow().toFloats(), d);
        float[] bias = new float[n];
        for (int r = 0; r < n; r++) {
            float half = Vectors.squaredNorm(x, r * d, d) / 2;
            bias[r] = -half;
            Vectors.scale(1 / half, y, r * d, d);
        }
        return Sae.of(
                new SaeConfig(d, n, new Activation.TopK(1), false, Map.of()),
                new ArrayWeights(d, x, bias, y, new float[d]));
    }

    private static float[] realRows(Safetensors expected, float[] values, int d) {
        long[] mask = expected.find("attention_mask").orElseThrow().toLongs();
        float[] kept = new float[values.length];
        int n = 0;
        for (int i = 0; i < mask.length; i++) {
            if (mask[i] != 0) {
                System.arraycopy(values, i * d, kept, n++ * d, d);
            }
        }
        return Arrays.copyOf(kept, n * d);
    }

    private static List<String> texts(Safetensors expected) {
        return rows(expected).stream()
                .map(row ->
                        Arrays.stream(row)
                                .mapToObj(id -> "t" + id)
                                .collect(Collectors.joining(" ")))
                .toList();
    }

    private static String wordTokenizer(int size) {
        String vocabulary =
                IntStream.range(0, size)
                        .mapToObj(id -> "\"t%d\": %d".formatted(id, id))
                        .collect(Collectors.joining(", "));
        return """
        {"version": "1.0", "truncation": null, "padding": null, "added_tokens": [],
         "normalizer": null, "pre_tokenizer": {"type": "WhitespaceSplit"},
         "post_processor": null, "decoder": null,
         "model": {"type": "WordLevel", "unk_token": "t0", "vocab": {%s}}}
        """
                .formatted(vocabulary);
    }

    private static Path copyOfModel(Path folder) throws IOException {
        Files.createDirectory(folder);
        for (String name : List.of("config.json", "tokenizer.json", "model.safetensors")) {
            Files.copy(folder().resolve(name), folder.resolve(name));
        }
        return folder;
    }

    private static List<int[]> rows(Safetensors expected) {
        Tensor ids = expected.find("input_ids").orElseThrow();
        long[] all = ids.toLongs();
        long[] mask = expected.find("attention_mask").orElseThrow().toLongs();
        List<int[]> rows = new ArrayList<>();
        for (int r = 0; r < ids.rows(); r++) {
            List<Integer> row = new ArrayList<>();
            for (int c = 0; c < ids.columns(); c++) {
                if (mask[r * ids.columns() + c] != 0) {
                    row.add((int) all[r * ids.columns() + c]);
                }
            }
            rows.add(row.stream().mapToInt(Integer::intValue).toArray());
        }
        return rows;
    }

    @Test
    void refusesAnSaeOfAnotherWidth() {
        try (var model = LanguageModel.open(folder());
                Sae sae = mirror(20, 1)) {
            assertThatThrownBy(() -> run(model, sae, "resid_post.1", Exclusion.NONE))
                    .isInstanceOf(UsageException.class)
                    .hasMessage(
                            "the SAE takes activations of width 20, but llama has width 48: it was trained on another model");
        }
    }

    @Test
    void refusesALayerThatTheModelDoesNotHave() {
        try (var model = LanguageModel.open(folder());
                Sae sae = mirror(48, 1)) {
            assertThatThrownBy(() -> run(model, sae, "resid_post.3", Exclusion.NONE))
                    .isInstanceOf(UsageException.class)
                    .hasMessageContaining("resid_post.3");
        }
    }

    @Test
    void saysWhenThereIsNothingToMeasure() {
        try (var model = LanguageModel.open(folder());
                Sae sae = mirror(48, 1)) {
            assertThatThrownBy(() ->
                            ModelEvaluation.run(
                                    WORKERS,
                                    model,
                                    sae,
                                    TextSource.of("short", List.of("a", "b")),
                                    options("resid_post.1", Exclusion.FIRST_AND_SPECIAL),
                                    rows -> {}))
                    .isInstanceOf(Sae4jException.class)
                    .hasMessage("short has no tokens to evaluate on: give more text");
        }
    }

    @Test
    void stopsAtActivationsThatAreNotANumber(@TempDir Path dir) throws IOException {
        Path copy = copyOfModel(dir.resolve("broken"));
        try (Safetensors file = Safetensors.open(folder().resolve("model.safetensors"))) {
            List<Tensor> tensors = new ArrayList<>();
            file.tensors()
                    .forEach((name, tensor) ->
                            tensors.add(
                                    name.equals("model.layers.0.mlp.down_proj.weight")
                                            ? spoilt(tensor)
                                            : tensor));
            SafetensorsWriter.write(copy.resolve("model.safetensors"), Map.of(), tensors);
        }
        try (var model = LanguageModel.open(copy);
                Sae sae = mirror(48, 1)) {
            assertThatThrownBy(() -> run(model, sae, "resid_post.1", Exclusion.NONE))
                    .isInstanceOf(Sae4jException.class)
                    .hasMessage(
                            "the activations of broken at resid_post.1 hold NaN or infinity: the model overflows there, or its weights are damaged");
        }
    }

    private static Tensor spoilt(Tensor tensor) {
        float[] values = tensor.toFloats();
        values[5] = Float.NaN;
        return Tensor.ofFloats(tensor.name(), values, tensor.shape());
    }
}
