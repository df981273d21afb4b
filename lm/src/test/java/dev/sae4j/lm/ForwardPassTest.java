package dev.sae4j.lm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.sae4j.io.DType;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.UsageException;
import dev.sae4j.kernel.Workers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a run promises, on the model that comes with the program.
class ForwardPassTest {
    private final LanguageModel model = LanguageModel.demo();
    private final Workers workers = Workers.of(2);
    private final TokenBatch batch = randomBatch();

    @AfterEach
    void close() {
        workers.close();
        model.close();
    }

    @Test
    void agreesWithTheDefinitionInDoubleIncludingBiases(@TempDir Path folder) {
        var tiny = new TinyModel(DType.F32);
        int[] tokens = {3, 1, 4, 1, 5, 9, 2, 6};
        double[] wanted = new ScalarModel(tiny).logits(tokens);
        try (var opened = LanguageModel.open(tiny.write(folder))) {
            float[] got =
                    opened.forward(workers, TokenBatch.of(List.of(new int[] {7}, tokens)))
                            .logits(new int[] {8});
            for (int i = 0; i < wanted.length; i++) {
                // some hundred float32 operations on values around 1
                assertThat((double) got[i]).isCloseTo(wanted[i], within(2e-5));
            }
        }
    }

    @Test
    void stopsAfterTheLastLayerThatIsNeededAndReadsNoneBehindIt() {
        model.forward(workers, batch).run();
        assertThat(model.layersUsed()).isZero();
        model.forward(workers, batch).read(Hook.parse("resid_pre.0"), (x, n, w) -> {}).run();
        assertThat(model.layersUsed()).isZero();
        model.forward(workers, batch).read(Hook.parse("attn_out.1"), (x, n, w) -> {}).run();
        assertThat(model.layersUsed()).isEqualTo(2);
        model.forward(workers, batch).read(Hook.parse("resid_pre.2"), (x, n, w) -> {}).run();
        assertThat(model.layersUsed()).isEqualTo(2);
        model.forward(workers, batch).losses();
        assertThat(model.layersUsed()).isEqualTo(4);
    }

    @Test
    void hooksSeeTheStreamInOrderAndItsPartsAddUp() {
        List<String> order = new ArrayList<>();
        Map<HookPoint, float[]> seen = new EnumMap<>(HookPoint.class);
        ForwardPass pass = model.forward(workers, batch);
        for (Hook hook : hooksOfLayer(1)) {
            pass.read(
                    hook,
                    (x, rows, width) -> {
                        assertThat(rows).isEqualTo(batch.tokenCount());
                        assertThat(x).hasSize(rows * width);
                        assertThat(width).isEqualTo(model.width(hook));
                        order.add(hook.point().word());
                        seen.put(hook.point(), x.clone());
                    });
        }
        pass.run();
        assertThat(order)
                .containsExactlyElementsOf(
                        Arrays.stream(HookPoint.values()).map(HookPoint::word).toList());
        assertThat(at(seen, HookPoint.ATTN_OUT_POST)).isEqualTo(at(seen, HookPoint.ATTN_OUT));
        assertThat(at(seen, HookPoint.MLP_OUT_POST)).isEqualTo(at(seen, HookPoint.MLP_OUT));
        float[] mid = at(seen, HookPoint.RESID_MID);
        for (int i = 0; i < mid.length; i++) {
            assertThat(at(seen, HookPoint.RESID_PRE)[i] + at(seen, HookPoint.ATTN_OUT)[i])
                    .isEqualTo(mid[i]);
            assertThat(mid[i] + at(seen, HookPoint.MLP_OUT)[i])
                    .isEqualTo(at(seen, HookPoint.RESID_POST)[i]);
        }
    }

    @Test
    void readingChangesNothing() {
        float[] plain = model.forward(workers, batch).losses();
        ForwardPass pass = model.forward(workers, batch);
        for (Hook hook : hooksOfLayer(2)) {
            pass.read(hook, (x, rows, width) -> {});
        }
        pass.run();
        float[] losses = pass.losses();
        for (int i = 0; i < plain.length; i++) {
            // sums of exponentials over the whole row instead of tile by tile
            assertThat(losses[i]).isCloseTo(plain[i], within(1e-5f));
        }
    }

    @Test
    void givesTheSameBitsOnAnyNumberOfThreads() {
        float[] two = model.forward(workers, batch).losses();
        try (var one = Workers.of(1);
                var three = Workers.of(3);
                var again = LanguageModel.demo()) {
            assertThat(again.forward(one, batch).losses()).isEqualTo(two);
            assertThat(model.forward(three, batch).losses()).isEqualTo(two);
        }
    }

    @Test
    void aSequenceDoesNotDependOnItsNeighbours() {
        float[] together = model.forward(workers, batch).losses();
        for (int s = 0; s < batch.sequences(); s++) {
            int[] alone =
                    Arrays.copyOfRange(batch.tokens(), batch.starts()[s], batch.starts()[s + 1]);
            float[] losses = model.forward(workers, TokenBatch.of(List.of(alone))).losses();
            for (int i = 0; i + 1 < alone.length; i++) {
                float wanted = together[batch.starts()[s] + i];
                assertThat(losses[i]).isCloseTo(wanted, within(1e-4f));
            }
        }
    }

    @Test
    void lossesAreThoseOfTheLogits() {
        ForwardPass pass = model.forward(workers, batch);
        float[] losses = pass.losses();
        float[] logits = pass.logits(IntStream.range(0, batch.tokenCount()).toArray());
        int vocabulary = model.spec().vocabulary();
        for (int s = 0; s < batch.sequences(); s++) {
            int end = batch.starts()[s + 1];
            for (int row = batch.starts()[s]; row + 1 < end; row++) {
                double sum = 0;
                for (int v = 0; v < vocabulary; v++) {
                    sum += Math.exp(logits[row * vocabulary + v]);
                }
                double wanted = Math.log(sum) - logits[row * vocabulary + batch.tokens()[row + 1]];
                assertThat((double) losses[row]).isCloseTo(wanted, within(1e-5));
            }
            if (end > batch.starts()[s]) {
                assertThat(losses[end - 1]).isNaN();
            }
        }
    }

    @Test
    void editingAtAPartEditsWhatIsAdded() {
        var before = new float[batch.tokenCount() * 192];
        var after = before.clone();
        model.forward(workers, batch)
                .read(Hook.parse("resid_mid.1"), (x, n, w) -> copy(x, before))
                .edit(Hook.parse("mlp_out.1"), (x, n, w) -> Arrays.fill(x, 0f))
                .read(Hook.residPost(1), (x, n, w) -> copy(x, after))
                .run();
        assertThat(after).isEqualTo(before);
    }

    @Test
    void startsBehindALayerFromAGivenStream() {
        var stream = new float[batch.tokenCount() * 192];
        float[] whole =
                model.forward(workers, batch)
                        .read(Hook.residPost(1), (x, n, w) -> copy(x, stream))
                        .losses();
        var seen = new float[stream.length];
        ForwardPass later =
                model.forward(workers, batch)
                        .from(Hook.residPost(1), stream)
                        .read(Hook.parse("resid_pre.2"), (x, n, w) -> copy(x, seen));
        assertThat(later.losses()).isEqualTo(whole);
        assertThat(seen).isEqualTo(stream);
        assertThatThrownBy(() ->
                        model.forward(workers, batch)
                                .from(Hook.residPost(1), stream)
                                .read(Hook.residPost(1), (x, n, w) -> {}))
                .hasMessageContaining("already past resid_post.1");
    }

    @Test
    void refusesHooksLayersAndTokensThatTheModelLacks() {
        assertThatThrownBy(() -> model.checkHook(Hook.residPost(4)))
                .isInstanceOf(UsageException.class)
                .hasMessage("hook resid_post.4: sae4j-demo has layers 0 to 3");
        assertThatThrownBy(
                        () -> model.forward(workers, TokenBatch.of(List.of(new int[] {1, 4096}))))
                .isInstanceOf(Sae4jException.class)
                .hasMessageContaining("token 4096 at position 1 of sequence 0")
                .hasMessageContaining("0 to 4095");
        assertThatThrownBy(() -> model.forward(workers, TokenBatch.of(List.of(new int[129]))))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("129 tokens: sae4j-demo takes at most 128");
    }

    @Test
    void runsNothingAtAll() {
        var empty = TokenBatch.of(List.of());
        assertThat(model.forward(workers, empty).losses()).isEmpty();
        assertThat(
                        model.forward(workers, TokenBatch.of(List.of(new int[0], new int[] {5})))
                                .losses())
                .containsExactly(Float.NaN);
    }

    @Test
    void countsTheWorkOfALayer() {
        var one = TokenBatch.of(List.of(new int[10]));
        long products = 2L * 10 * (192 * (192 + 128) + 192 * 192 + 3 * 192 * 512);
        long attention = 2L * 192 * 10 * 11;
        assertThat(model.flops(one, Hook.residPost(0))).isEqualTo(products + attention);
        assertThat(model.flops(one, Hook.residPost(3))).isEqualTo(4 * (products + attention));
        assertThat(model.flops(one, Hook.parse("resid_pre.0"))).isZero();
        assertThat(model.flops(one, Hook.FINAL_NORM)).isEqualTo(4 * (products + attention));
        assertThat(model.flops(one, Hook.LOGITS))
                .isEqualTo(4 * (products + attention) + 2L * 10 * 192 * 4096);
    }

    private static float[] at(Map<HookPoint, float[]> seen, HookPoint point) {
        return Objects.requireNonNull(seen.get(point));
    }

    private static List<Hook> hooksOfLayer(int layer) {
        return Arrays.stream(HookPoint.values())
                .map(point -> new Hook(point, point.isInLayer() ? layer : 0))
                .toList();
    }

    private static void copy(float[] from, float[] to) {
        System.arraycopy(from, 0, to, 0, to.length);
    }

    private static TokenBatch randomBatch() {
        var random = new SplittableRandom(3);
        List<int[]> sequences = new ArrayList<>();
        for (int length : new int[] {40, 1, 0, 128, 7}) {
            sequences.add(random.ints(length, 0, 4096).toArray());
        }
        return TokenBatch.of(sequences);
    }
}
