package dev.sae4j.lm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.sae4j.io.UsageException;
import dev.sae4j.kernel.Workers;
import dev.sae4j.lm.family.DecoderSpec;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// What every hook promises, in the recorded models of all families.
@Tag("fixtures-models")
class HookedPartsTest {
    @TempDir static Path scratch;

    private final Workers workers = Workers.of(2);
    private final TokenBatch batch =
            TokenBatch.of(List.of(new int[] {3, 1, 4, 1, 5}, new int[] {9}));

    @AfterEach
    void close() {
        workers.close();
    }

    @TestFactory
    List<DynamicTest> everyPartCanBeReadAndReplacedByItself() {
        return each((c, model) -> {
            float[] plain = model.forward(workers, batch).losses();
            for (Hook hook : hooks(model)) {
                float[][] seen = new float[1][];
                model.forward(workers, batch)
                        .read(hook, (x, rows, width) -> seen[0] = x.clone())
                        .run();
                assertThat(seen[0]).hasSize(batch.tokenCount() * model.width(hook));
                ForwardPass pass =
                        model.forward(workers, batch)
                                .edit(hook, Edits.zero())
                                .edit(hook, Edits.replace(seen[0]));
                assertClose(hook, pass.losses(), plain);
            }
        });
    }

    @TestFactory
    List<DynamicTest> everyPartMattersToWhatFollows() {
        return each((c, model) -> {
            float[] plain = model.forward(workers, batch).losses();
            for (Hook hook : hooks(model)) {
                float[] vector = new float[model.width(hook)];
                vector[0] = 5;
                float[] changed =
                        model.forward(workers, batch).edit(hook, Edits.add(vector, 1)).losses();
                assertThat(Math.abs(changed[0] - plain[0])).as("%s", hook).isPositive();
            }
        });
    }

    @TestFactory
    List<DynamicTest> theStreamIsTheSumOfWhatThePartsAdd() {
        return each((c, model) -> {
            float[][] seen = new float[4][];
            ForwardPass pass = model.forward(workers, batch);
            List<String> names =
                    List.of("resid_pre", "attn_out_post", "mlp_out_post", "resid_post");
            for (int i = 0; i < 4; i++) {
                int at = i;
                pass.read(
                        Hook.parse(names.get(i) + ".1"), (x, rows, width) -> seen[at] = x.clone());
            }
            pass.run();
            for (int i = 0; i < seen[0].length; i++) {
                float sum = seen[0][i] + seen[1][i] + seen[2][i];
                assertThat(seen[3][i]).isCloseTo(sum, within(1e-5f));
            }
        });
    }

    @TestFactory
    List<DynamicTest> aRunStoppedInsideALayerGoesOnAsIfItHadNot() {
        return each((c, model) -> {
            float[] plain = model.forward(workers, batch).losses();
            ForwardPass pass = model.forward(workers, batch);
            pass.read(Hook.parse("attn_out.1"), (x, rows, width) -> {}).run();
            model.forward(workers, TokenBatch.of(List.of(new int[] {7, 7, 7}))).losses();
            assertClose(Hook.parse("attn_out.1"), pass.losses(), plain);
        });
    }

    @TestFactory
    List<DynamicTest> refusesAStreamBetweenPartsThatRunSideBySide() {
        return each((c, model) -> {
            Hook mid = Hook.parse("resid_mid.0");
            if (model.spec().block().parallel()) {
                assertThatThrownBy(() -> model.checkHook(mid))
                        .isInstanceOf(UsageException.class)
                        .hasMessageContaining("attention and MLP both read resid_pre.0");
            } else {
                model.checkHook(mid);
            }
        });
    }

    @TestFactory
    List<DynamicTest> flopsCountTheMatricesAndThePairsThatThereAre() {
        return each((c, model) -> {
            DecoderSpec spec = model.spec();
            long d = spec.width();
            long q = spec.attention().queryWidth();
            long weights =
                    d * (2 * q + 2L * spec.attention().kvWidth())
                            + d * spec.mlp().size() * (spec.mlp().gated() ? 3 : 2);
            int n = 37;
            long wanted = spec.layers() * 2L * n * weights;
            for (int layer = 0; layer < spec.layers(); layer++) {
                int window = spec.kinds().get(layer).window();
                for (int query = 0; query < n; query++) {
                    int first = window == 0 ? 0 : Math.max(0, query - window + 1);
                    wanted += 4 * q * (query - first + 1);
                }
            }
            TokenBatch one = TokenBatch.of(List.of(new int[n]));
            assertThat(model.flops(one, Hook.residPost(spec.layers() - 1))).isEqualTo(wanted);
            assertThat(model.flops(one, Hook.LOGITS))
                    .isEqualTo(wanted + 2L * n * d * spec.vocabulary());
        });
    }

    @TestFactory
    List<DynamicTest> aHookIsTheSameWhenItIsReadBackFromItsPublishedName() {
        return each((c, model) -> {
            for (Hook hook : hooks(model)) {
                String published = Hook.publishedName(model.nameOf(hook));
                assertThat(model.plain(Hook.parse(published))).isEqualTo(model.plain(hook));
            }
        });
    }

    private static void assertClose(Hook hook, float[] got, float[] wanted) {
        for (int i = 0; i < wanted.length; i++) {
            // sums in another order, through a few layers
            assertThat(got[i]).as("%s", hook).isCloseTo(wanted[i], within(1e-4f));
        }
    }

    private static List<Hook> hooks(LanguageModel model) {
        return Arrays.stream(HookPoint.values())
                .filter(p -> p != HookPoint.RESID_MID || !model.spec().block().parallel())
                .map(p -> new Hook(p, p.isInLayer() ? 1 : 0))
                .toList();
    }

    /// Something to be done with a recorded model.
    private interface Check {
        void accept(FamilyCase c, LanguageModel model);
    }

    private static List<DynamicTest> each(Check check) {
        List<FamilyCase> cases = FamilyCase.all();
        assertThat(cases).isNotEmpty();
        return cases.stream()
                .map(c ->
                        DynamicTest.dynamicTest(
                                c.name(),
                                () -> {
                                    try (var model =
                                            LanguageModel.open(
                                                    c.withConfig("config.json", scratch))) {
                                        check.accept(c, model);
                                    }
                                }))
                .toList();
    }
}
