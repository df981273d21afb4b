package dev.sae4j.lm.harvest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sae4j.io.DType;
import dev.sae4j.io.UsageException;
import dev.sae4j.kernel.Workers;
import dev.sae4j.lm.Encoded;
import dev.sae4j.lm.Hook;
import dev.sae4j.lm.LanguageModel;
import dev.sae4j.lm.TokenBatch;
import dev.sae4j.lm.data.TextSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HarvestDemoModelTest {
    private static final Hook HOOK = Hook.residPost(2);
    private static final Hook HOOK_BELOW = Hook.residPost(1);

    @TempDir Path dir;

    @Test
    void storesAreTheSameOnAnyNumberOfThreads() throws IOException {
        TextSource text = TextSource.open("wordnet-held-out");
        HarvestOptions options = HarvestOptions.of(HOOK, 5000);
        try (var model = LanguageModel.demo();
                var one = Workers.of(1);
                var three = Workers.of(3)) {
            HarvestResult result =
                    Harvest.of(model, text, options, one)
                            .toStore(dir.resolve("one"), HarvestProgress.NONE);
            assertThat(result.rows()).isEqualTo(5000);
            // BOS stands first and is special: one position a context
            assertThat(result.counts().rowsExcluded()).isEqualTo(result.counts().contexts());
            Harvest.of(model, text, options, three)
                    .toStore(dir.resolve("three"), HarvestProgress.NONE);
        }
        for (String name : List.of("store.json", "shard-00000.safetensors")) {
            assertThat(dir.resolve("one").resolve(name))
                    .hasSameBinaryContentAs(dir.resolve("three").resolve(name));
        }
    }

    @Test
    void rowsAreWhatTheModelComputesForTheDocumentAlone() {
        String text = "entity: that which is perceived or known or inferred";
        try (var model = LanguageModel.demo();
                var workers = Workers.of(2)) {
            Encoded encoded = model.tokenizer().encode(text);
            float[] alone = new float[encoded.size() * model.spec().width()];
            model.forward(workers, TokenBatch.of(List.of(encoded.ids())))
                    .read(HOOK, (v, rows, width) -> System.arraycopy(v, 0, alone, 0, alone.length))
                    .run();
            TextSource source = TextSource.of("two", List.of(text, "dog: a tame animal"));
            int[] rows = {0};
            Harvest.of(model, source, HarvestOptions.of(HOOK, 1000), workers)
                    .forEach(batch -> {
                        int width = batch.width();
                        int n = encoded.size() - 1; // without BOS
                        assertThat(Arrays.copyOf(batch.token(), n))
                                .isEqualTo(Arrays.copyOfRange(encoded.ids(), 1, n + 1));
                        for (int i = 0; i < n * width; i++) {
                            // other batch, other tiles, other order of additions
                            assertThat(batch.values()[i])
                                    .isCloseTo(
                                            alone[width + i],
                                            org.assertj.core.data.Offset.offset(1e-3f));
                        }
                        rows[0] += batch.rows();
                    });
            assertThat(rows[0]).isGreaterThan(encoded.size());
        }
    }

    @Test
    void refusesHooksAndContextsThatTheModelDoesNotHave() {
        TextSource text = TextSource.of("one", List.of("dog"));
        try (var model = LanguageModel.demo();
                var workers = Workers.of(1)) {
            HarvestOptions far = HarvestOptions.of(Hook.residPost(4), 10);
            assertThatThrownBy(() -> Harvest.of(model, text, far, workers))
                    .isInstanceOf(UsageException.class);
            var wide = new HarvestOptions(HOOK, 10, 129, Exclusion.NONE, DType.F32, 64);
            assertThatThrownBy(() -> Harvest.of(model, text, wide, workers))
                    .hasMessage("context 129 is more than sae4j-demo can read: at most 128 tokens");
        }
    }

    private static float[] all(Harvest harvest) {
        float[][] all = {new float[0]};
        harvest.forEach(batch -> {
            int n = batch.rows() * batch.width();
            float[] more = Arrays.copyOf(all[0], all[0].length + n);
            System.arraycopy(batch.values(), 0, more, all[0].length, n);
            all[0] = more;
        });
        return all[0];
    }

    @Test
    void severalHooksStandSideBySideAsEachAlone() {
        TextSource text = TextSource.open("wordnet-held-out");
        List<Hook> hooks =
                List.of(
                        HOOK,
                        Hook.parse("blocks.1.hook_attn_out"),
                        Hook.parse("mlp_hidden.0"),
                        HOOK_BELOW);
        try (var model = LanguageModel.demo();
                var workers = Workers.of(2)) {
            var together = Harvest.of(model, text, HarvestOptions.of(HOOK, 2000), hooks, workers);
            float[] rows = all(together);
            int all = together.width();
            assertThat(all).isEqualTo(3 * 192 + 512);
            int first = 0;
            assertThat(together.origins()).extracting(o -> o.hook()).contains("attn_out.1");
            for (int h = 0; h < hooks.size(); h++) {
                Hook hook = hooks.get(h);
                float[] alone =
                        all(Harvest.of(model, text, HarvestOptions.of(hook, 2000), workers));
                int width = model.width(hook);
                float[] part = new float[alone.length];
                for (int r = 0; r < 2000; r++) {
                    System.arraycopy(rows, r * all + first, part, r * width, width);
                }
                first += width;
                assertThat(part).as(hook.toString()).isEqualTo(alone);
            }
            assertThatThrownBy(() -> together.toStore(dir, HarvestProgress.NONE))
                    .hasMessage("a store holds one hook, not 4: harvest each by itself");
        }
    }

    @Test
    void leavesOutAPositionThatIsTooLongAtAnyHook() {
        TextSource text = TextSource.open("wordnet-held-out");
        var exclude = new Exclusion(false, false, 3);
        var options = new HarvestOptions(HOOK, 5000, 128, exclude, DType.F32, 2048);
        List<Hook> hooks = List.of(HOOK_BELOW, HOOK);
        try (var model = LanguageModel.demo();
                var workers = Workers.of(2)) {
            var both = Harvest.of(model, text, options, hooks, workers);
            long above = both.run(b -> {}, HarvestProgress.NONE).counts().rowsAboveNorm();
            var one = Harvest.of(model, text, options, List.of(HOOK), workers);
            assertThat(above)
                    .isGreaterThanOrEqualTo(
                            one.run(b -> {}, HarvestProgress.NONE).counts().rowsAboveNorm())
                    .isPositive();
            List<Hook> twice = List.of(HOOK, HOOK);
            assertThatThrownBy(() -> Harvest.of(model, text, options, twice, workers))
                    .isInstanceOf(UsageException.class)
                    .hasMessage("hook resid_post.2 is named twice: once is enough");
        }
    }
}
