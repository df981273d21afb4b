package dev.sae4j.lm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sae4j.io.DType;
import dev.sae4j.io.Safetensors;
import dev.sae4j.io.Tensor;
import dev.sae4j.kernel.Workers;
import dev.sae4j.testing.Fixtures;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// A real model, SmolLM2-135M in bfloat16, in the folder `-Dsae4j.smollm2=DIR`.
@Tag("fixtures-smollm2")
class SmolLm2Test {
    /// Distance to the recorded row over the row's norm. Behind layer 10 the recorded run is 2.8e-4
    /// a coordinate from float64, 6e-5 of a row of norm 120 if all 576 are; other layers are
    /// closer. Twice that, because sums run in another order here.
    private static final double ROW_TOLERANCE = 1e-4;

    /// Ten times the recorded distance of float32 to float64 (5.1e-5), as for the small models.
    private static final double LOGIT_TOLERANCE = 5e-4;

    @Test
    void agreesWithRecordedResidualStreamsLogitsAndLosses() {
        var manifest = manifest();
        try (var model = LanguageModel.open(folder(), SmolLm2Test::toBfloat16AndBack);
                var workers = Workers.of(2);
                var expected =
                        Safetensors.open(manifest.folder().resolve("expected_bf16.safetensors"))) {
            List<int[]> sentences = new ArrayList<>();
            for (int i = 0; i < manifest.json().get("sentences").size(); i++) {
                sentences.add(ints(expected.find("s" + i + ".ids").orElseThrow()));
            }
            TokenBatch batch = TokenBatch.of(sentences);
            ForwardPass pass = model.forward(workers, batch);
            for (JsonNode layer : manifest.json().get("layers")) {
                pass.read(
                        Hook.residPost(layer.asInt()),
                        (values, rows, width) -> {
                            for (int i = 0; i < sentences.size(); i++) {
                                String name = "s%d.resid_post.%d".formatted(i, layer.asInt());
                                float[] wanted = expected.find(name).orElseThrow().toFloats();
                                compareRows(name, values, batch.starts()[i], width, wanted);
                            }
                        });
            }
            float[] losses = pass.losses();
            for (int i = 0; i < sentences.size(); i++) {
                double loss =
                        IntStream.range(batch.starts()[i], batch.starts()[i + 1] - 1)
                                .mapToDouble(row -> losses[row])
                                .average()
                                .orElseThrow();
                double wanted = expected.find("s" + i + ".loss").orElseThrow().toFloats()[0];
                assertThat(loss).as("loss of sentence " + i).isCloseTo(wanted, within(2e-4));
                compareLogits(pass, batch, i, expected);
            }
        }
    }

    @Test
    void tokenizesTheRecordedProbes() {
        try (var model = LanguageModel.open(folder())) {
            for (JsonNode probe : manifest().json().get("tokenizer").get("probes")) {
                List<Integer> wanted = new ArrayList<>();
                probe.get("ids").forEach(id -> wanted.add(id.asInt()));
                int[] got = model.tokenizer().encode(probe.get("text").asString()).ids();
                assertThat(got)
                        .as(probe.get("text").asString())
                        .containsExactly(wanted.stream().mapToInt(i -> i).toArray());
            }
        }
    }

    private static void compareRows(
            String name, float[] values, int firstRow, int width, float[] wanted) {
        for (int row = 0; row < wanted.length / width; row++) {
            double squares = 0;
            double differences = 0;
            for (int k = 0; k < width; k++) {
                double w = wanted[row * width + k];
                double d = values[(firstRow + row) * width + k] - w;
                squares += w * w;
                differences += d * d;
            }
            assertThat(Math.sqrt(differences / squares))
                    .as("%s, row %d", name, row)
                    .isLessThan(ROW_TOLERANCE);
        }
    }

    private static void compareLogits(
            ForwardPass pass, TokenBatch batch, int sentence, Safetensors expected) {
        Tensor values = expected.find("s" + sentence + ".top_logits").orElseThrow();
        Tensor ids = expected.find("s" + sentence + ".top_ids").orElseThrow();
        int[] rows =
                IntStream.range(batch.starts()[sentence], batch.starts()[sentence + 1]).toArray();
        float[] logits = pass.logits(rows);
        int vocabulary = logits.length / rows.length;
        float[] wanted = values.toFloats();
        int[] id = ints(ids);
        int top = values.columns();
        for (int i = 0; i < wanted.length; i++) {
            assertThat((double) logits[i / top * vocabulary + id[i]])
                    .as("sentence %d, row %d, token %d", sentence, i / top, id[i])
                    .isCloseTo(wanted[i], within(LOGIT_TOLERANCE));
        }
    }

    /// The recorded run rounded all its numbers to bfloat16 before it widened them, the rotary
    /// frequencies among them. Without this, rows differ by up to 1e-3, more at later positions.
    private static double toBfloat16AndBack(double frequency) {
        return DType.bfloat16ToFloat(DType.floatToBfloat16((float) frequency));
    }

    private static Fixtures.Manifest manifest() {
        return Fixtures.manifests("manifest.json", m -> m.has("gguf_tensor_types")).getFirst();
    }

    private static Path folder() {
        String folder = System.getProperty("sae4j.smollm2", "");
        assertThat(folder).as("-Dsae4j.smollm2=DIR, a folder of the model").isNotEmpty();
        return Path.of(folder);
    }

    private static int[] ints(Tensor tensor) {
        long[] wide = tensor.toLongs();
        return IntStream.range(0, wide.length).map(i -> Math.toIntExact(wide[i])).toArray();
    }
}
