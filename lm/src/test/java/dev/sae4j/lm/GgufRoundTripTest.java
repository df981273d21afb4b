package dev.sae4j.lm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sae4j.kernel.Workers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// Every recorded model, converted to GGUF as llama.cpp does it, computes what its folder does.
@Tag("fixtures-models")
class GgufRoundTripTest {
    private static final Workers WORKERS = Workers.of(2);

    /// Where the file says in float32 what the config says in decimals or by a formula (divisors of
    /// frequencies, the scale of scores), rotations differ by 6e-8 of a position's angle, below
    /// 1e-5 here, and the stream by a small multiple.
    private static final double ROUNDED = 1e-4;

    @TempDir static Path scratch;

    @AfterAll
    static void close() {
        WORKERS.close();
    }

    @TestFactory
    Stream<DynamicTest> computesWhatItsFolderDoes() {
        return FamilyCase.all().stream()
                .map(c -> DynamicTest.dynamicTest(c.name(), () -> compare(c)));
    }

    private static void compare(FamilyCase c) throws IOException {
        Path file = Files.createTempDirectory(scratch, "gguf").resolve("model.gguf");
        GgufFile converted = GgufConversion.of(c.folder());
        converted.write(file);
        if (c.modelType().startsWith("qwen")
                && converted.values.containsKey(c.modelType() + ".attention.sliding_window")) {
            assertThatThrownBy(() -> LanguageModel.open(file))
                    .hasMessageContaining(c.modelType() + ".attention.sliding_window is ");
            return;
        }
        try (var folder = LanguageModel.open(c.folder());
                var gguf = LanguageModel.open(file)) {
            assertThat(gguf.spec().context()).isEqualTo(folder.spec().context());
            assertThat(gguf.spec().embedding()).isEqualTo(folder.spec().embedding());
            assertThat(gguf.spec().mlp()).isEqualTo(folder.spec().mlp());
            assertThat(gguf.spec().head()).isEqualTo(folder.spec().head());
            Map<String, float[]> wanted = values(folder);
            Map<String, float[]> got = values(gguf);
            boolean rounded =
                    converted.tensors.keySet().stream().anyMatch(t -> t.startsWith("rope_"))
                            || converted.values.keySet().stream()
                                    .anyMatch(k -> k.endsWith("attention.scale"));
            wanted.forEach((name, values) -> {
                if (rounded) {
                    assertThat(distance(Objects.requireNonNull(got.get(name)), values))
                            .as(name)
                            .isLessThan(ROUNDED);
                } else {
                    assertThat(got.get(name)).as(name).isEqualTo(values);
                }
            });
        }
    }

    /// What both parts of each layer and the head give.
    private static Map<String, float[]> values(LanguageModel model) {
        var row =
                IntStream.range(0, Math.min(40, model.spec().context()))
                        .map(i -> (7 + 31 * i) % model.spec().vocabulary())
                        .toArray();
        TokenBatch batch = TokenBatch.of(List.of(row, new int[] {3, 1, 4, 1, 5}));
        ForwardPass pass = model.forward(WORKERS, batch);
        Map<String, float[]> values = new LinkedHashMap<>();
        for (int layer = 0; layer < model.spec().layers(); layer++) {
            for (var point : List.of(HookPoint.ATTN_OUT, HookPoint.MLP_OUT, HookPoint.RESID_POST)) {
                Hook hook = new Hook(point, layer);
                pass.read(hook, (x, rows, width) -> values.put(hook.toString(), x.clone()));
            }
        }
        values.put("logits", pass.logits(IntStream.range(0, batch.tokenCount()).toArray()));
        return values;
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
