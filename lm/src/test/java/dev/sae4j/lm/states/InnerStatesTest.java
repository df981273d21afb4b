package dev.sae4j.lm.states;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.sae4j.io.Safetensors;
import dev.sae4j.io.Tensor;
import dev.sae4j.io.UsageException;
import dev.sae4j.kernel.Workers;
import dev.sae4j.lm.Hook;
import dev.sae4j.lm.LanguageModel;
import dev.sae4j.testing.Fixtures;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class InnerStatesTest {
    private static final Workers WORKERS = Workers.of(2);

    @AfterAll
    static void close() {
        WORKERS.close();
    }

    private static Map<String, Tensor> byName(InnerStates states) {
        return states.tensors().stream()
                .collect(Collectors.toMap(Tensor::name, Function.identity()));
    }

    /// Every recorded tensor of every family comes out under its name, in its shape and type.
    @TestFactory
    @Tag("fixtures-models")
    Stream<DynamicTest> namesAndShapesAreThoseOfTheRecordedFiles() {
        List<DynamicTest> tests = new ArrayList<>();
        for (var manifest : Fixtures.manifests("manifest.json", m -> m.has("families"))) {
            for (var family : manifest.json().get("families").properties()) {
                Path folder = manifest.folder().resolve(family.getKey());
                tests.add(DynamicTest.dynamicTest(family.getKey(), () -> compare(folder)));
            }
        }
        return tests.stream();
    }

    private static void compare(Path folder) {
        try (LanguageModel model = LanguageModel.open(folder);
                Safetensors expected = Safetensors.open(folder.resolve("expected.safetensors"))) {
            TokenGrid tokens = TokenGrid.read(expected, "");
            InnerStates states =
                    InnerStates.of(
                            WORKERS, model, tokens, InnerStates.all(model), true, done -> {});
            Map<String, Tensor> got = byName(states);
            long bytes = InnerStates.bytes(model, tokens, InnerStates.all(model), true);
            assertThat(states.tensors().stream().mapToLong(Tensor::bytes).sum())
                    .isCloseTo(bytes, within(100L));
            long[] mask = expected.find("attention_mask").orElseThrow().toLongs();
            var worst = new TreeMap<String, Double>();
            for (var entry : expected.tensors().entrySet()) {
                if (entry.getKey().startsWith("long.")) {
                    continue;
                }
                Tensor wanted = entry.getValue();
                assertThat(got).containsKey(entry.getKey());
                Tensor found = Objects.requireNonNull(got.get(entry.getKey()));
                assertThat(found.describe()).isEqualTo(wanted.describe());
                if (wanted.dtype().isFloating()) {
                    boolean grid = wanted.shape().length == 3;
                    worst.put(
                            entry.getKey(),
                            distance(found.toFloats(), wanted.toFloats(), grid ? mask : null));
                } else {
                    assertThat(found.toLongs()).isEqualTo(wanted.toLongs());
                }
            }
            // ModelFixturesTest holds the recorded tolerance; here rows could only be mixed up
            worst.forEach((name, d) -> assertThat(d).as(name).isLessThan(2e-4));
        }
    }

    /// The largest difference at tokens; at padding there must be zeros.
    private static double distance(float[] got, float[] wanted, long @Nullable [] mask) {
        double worst = 0;
        int width = mask == null ? 1 : got.length / mask.length;
        for (int i = 0; i < got.length; i++) {
            if (mask != null && mask[i / width] == 0) {
                assertThat(got[i]).isZero();
            } else {
                worst = Math.max(worst, Math.abs((double) got[i] - wanted[i]));
            }
        }
        return worst;
    }

    @Test
    void rowsThatDoNotFitOneRunAreTheSameInSeveral() {
        try (var model = LanguageModel.demo()) {
            int rows = 100;
            int[] ids = new int[rows * 100];
            int[] lengths = new int[rows];
            for (int r = 0; r < rows; r++) {
                lengths[r] = 1 + 7 * r % 100;
                for (int t = 0; t < 100; t++) {
                    ids[r * 100 + t] = t < lengths[r] ? (13 * r + 7 * t) % 4000 : -1;
                }
            }
            List<Hook> hooks = List.of(Hook.residPost(0));
            List<Long> seen = new ArrayList<>();
            InnerStates states =
                    InnerStates.of(
                            WORKERS,
                            model,
                            new TokenGrid(ids, lengths, 100),
                            hooks,
                            true,
                            seen::add);
            assertThat(seen).hasSizeGreaterThan(1).isSorted();
            for (int r : new int[] {0, 33, 99}) {
                int[] row = Arrays.copyOfRange(ids, r * 100, r * 100 + lengths[r]);
                InnerStates one =
                        InnerStates.of(WORKERS, model, TokenGrid.of(row), hooks, true, n -> {});
                float[] all = states.tensors().get(2).toFloats();
                float[] alone = one.tensors().get(2).toFloats();
                int at = r * 100 * 192;
                assertThat(Arrays.copyOfRange(all, at, at + alone.length))
                        .containsExactly(alone, within(1e-4f));
            }
        }
    }

    @Test
    void withoutLossesTheModelRunsNoFurtherThanTheHooksNeed() {
        try (var model = LanguageModel.demo()) {
            InnerStates states =
                    InnerStates.of(
                            WORKERS,
                            model,
                            TokenGrid.of(0, 5, 6),
                            List.of(Hook.residPost(0)),
                            false,
                            done -> {});
            assertThat(byName(states))
                    .containsOnlyKeys("input_ids", "attention_mask", "resid_post.0");
            assertThat(states.loss()).isNaN();
        }
    }

    @Test
    void oneTokenHasNoLoss() {
        try (var model = LanguageModel.demo()) {
            InnerStates states =
                    InnerStates.of(WORKERS, model, TokenGrid.of(5), List.of(), true, done -> {});
            assertThat(states.loss()).isNaN();
            assertThat(states.tensors().getLast().shape()).containsExactly(1, 0);
        }
    }

    @Test
    void refusesTensorsThatAreTooLarge() {
        try (var model = LanguageModel.demo()) {
            TokenGrid many = new TokenGrid(new int[1 << 20], new int[1 << 10], 1 << 10);
            assertThatThrownBy(() ->
                            InnerStates.of(
                                    WORKERS, model, many, List.of(Hook.LOGITS), true, n -> {}))
                    .isInstanceOf(UsageException.class)
                    .hasMessage(
                            "logits of 1,048,576 tokens is 4,294,967,296 numbers, more than fit into one tensor here: take fewer tokens at a time");
        }
    }
}
