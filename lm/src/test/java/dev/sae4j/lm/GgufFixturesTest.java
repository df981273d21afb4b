package dev.sae4j.lm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sae4j.io.Safetensors;
import dev.sae4j.io.Tensor;
import dev.sae4j.kernel.Workers;
import dev.sae4j.lm.family.Families;
import dev.sae4j.testing.Fixtures;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

/// GGUF files run by the library that defines the models, with the weights it read from the file.
@Tag("fixtures-models")
class GgufFixturesTest {
    private static final Workers WORKERS = Workers.of(2);

    @AfterAll
    static void close() {
        WORKERS.close();
    }

    /// @param folder with `model.gguf` and `expected.safetensors`
    /// @param json what the manifest says
    private record Case(String name, Path folder, JsonNode json) {
        static Stream<Case> all() {
            return Fixtures.manifests("manifest.json", m -> m.path("files").isObject()).stream()
                    .flatMap(m ->
                            m.json()
                                    .get("files")
                                    .propertyStream()
                                    .filter(f -> f.getValue().has("config_used"))
                                    .map(f ->
                                            new Case(
                                                    m.folder().getFileName() + "/" + f.getKey(),
                                                    m.folder().resolve(f.getKey()),
                                                    f.getValue())));
        }

        /// As for the other recorded models, [FamilyCase#tolerance].
        double tolerance(String kind) {
            double recorded = json.path("float32_vs_float64_max_abs").path(kind).asDouble(0);
            return Math.min(2e-4, 10 * Math.max(recorded, 1e-6));
        }
    }

    @TestFactory
    Stream<DynamicTest> agreesWithRecordedActivations() {
        List<Case> cases = Case.all().toList();
        assertThat(cases).as("recorded GGUF models").isNotEmpty();
        return cases.stream().map(c -> DynamicTest.dynamicTest(c.name(), () -> compare(c)));
    }

    private static void compare(Case c) {
        try (var model = LanguageModel.open(c.folder().resolve("model.gguf"));
                var expected = Safetensors.open(c.folder().resolve("expected.safetensors"))) {
            assertThat(Families.modelTypes()).contains(model.spec().modelType());
            assertThat(model.spec().modelType())
                    .isEqualTo(c.json().path("config_used").path("model_type").asString());
            Tensor ids = expected.find("input_ids").orElseThrow();
            boolean[] real = new boolean[Math.toIntExact(ids.elements())];
            Arrays.fill(real, true);
            TokenBatch batch = FamilyCase.batch(ids, real);
            var worst = new TreeMap<String, Double>();
            ForwardPass pass = model.forward(WORKERS, batch);
            for (Tensor recorded : expected.tensors().values()) {
                if (recorded.name().startsWith("resid_post.")) {
                    float[] wanted = recorded.toFloats();
                    pass.read(
                            Hook.parse(recorded.name()),
                            (values, rows, width) ->
                                    worst.merge("resid_post", distance(values, wanted), Math::max));
                }
            }
            float[] losses = pass.losses();
            double loss =
                    IntStream.range(0, losses.length)
                            .mapToDouble(i -> losses[i])
                            .filter(l -> !Double.isNaN(l))
                            .average()
                            .orElseThrow();
            worst.put("loss", Math.abs(loss - expected.find("loss").orElseThrow().toFloats()[0]));
            int[] all = IntStream.range(0, batch.tokenCount()).toArray();
            float[] logits = expected.find("logits").orElseThrow().toFloats();
            worst.put("logits", distance(pass.logits(all), logits));
            assertThat(worst).containsKey("resid_post");
            worst.forEach(
                    (kind, d) -> assertThat(d).as(kind).isLessThanOrEqualTo(c.tolerance(kind)));
        }
    }

    private static double distance(float[] got, float[] wanted) {
        assertThat(got).hasSameSizeAs(wanted);
        double worst = 0;
        for (int i = 0; i < got.length; i++) {
            double d = Math.abs((double) got[i] - wanted[i]);
            worst = d <= worst ? worst : d; // NaN is the worst
        }
        return worst;
    }
}
