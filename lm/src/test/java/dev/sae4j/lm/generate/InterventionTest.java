package dev.sae4j.lm.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.sae4j.io.UsageException;
import dev.sae4j.kernel.Rows;
import dev.sae4j.kernel.Workers;
import dev.sae4j.lm.Edits;
import dev.sae4j.lm.Hook;
import dev.sae4j.lm.LanguageModel;
import dev.sae4j.lm.TokenBatch;
import dev.sae4j.sae.Activation;
import dev.sae4j.sae.InputTransform;
import dev.sae4j.sae.Matrix;
import dev.sae4j.sae.Sae;
import dev.sae4j.sae.SaeConfig;
import dev.sae4j.sae.SaeWeights;
import dev.sae4j.sae.SparseCodes;
import dev.sae4j.testing.Gen;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/// What steering and ablation do to the stream, by their definitions.
class InterventionTest {
    private static final Workers WORKERS = Workers.of(2);
    private static final LanguageModel MODEL = LanguageModel.demo();
    private static final int D = MODEL.spec().width();
    private static final int F = 64;
    private static final Hook HOOK = Hook.residPost(2);
    private static final TokenBatch BATCH =
            TokenBatch.of(List.of(new int[] {0, 50, 61, 70, 9, 12}));

    @AfterAll
    static void close() {
        MODEL.close();
        WORKERS.close();
    }

    private static Sae sae(Activation activation, InputTransform input) {
        var random = new SplittableRandom(4);
        var config =
                new SaeConfig(
                                D,
                                F,
                                activation,
                                false,
                                Map.of("hook_name", "blocks.2.hook_resid_post"))
                        .withInput(input);
        return Sae.of(config, weights(random, D));
    }

    private static SaeWeights weights(SplittableRandom random, int dOut) {
        return SaeWeights.of(
                Matrix.of(Gen.gaussians(random, F * D), F, D),
                Gen.gaussians(random, F),
                Matrix.of(Gen.gaussians(random, F * dOut), F, dOut),
                Gen.gaussians(random, dOut));
    }

    /// The value at a hook without and with an intervention.
    private static List<float[]> beforeAndAfter(Hook hook, Intervention intervention) {
        List<float[]> seen = new ArrayList<>();
        intervention.check(MODEL);
        MODEL.forward(WORKERS, BATCH).read(hook, (x, n, w) -> seen.add(x.clone())).run();
        var pass = MODEL.forward(WORKERS, BATCH);
        intervention.addTo(pass, WORKERS);
        pass.read(hook, (x, n, w) -> seen.add(x.clone())).run();
        return seen;
    }

    @Test
    void steeringAddsTheDecoderRowAsItIs() {
        Sae sae = sae(new Activation.TopK(8), InputTransform.NONE);
        List<float[]> x = beforeAndAfter(HOOK, Intervention.steer(sae, 5, -2.5));
        float[] wanted = x.getFirst().clone();
        float[] direction = new float[D];
        sae.weights().decoder().read(5, direction, 0);
        Edits.add(direction, -2.5f).edit(wanted, BATCH.tokenCount(), D);
        assertThat(x.getLast()).isEqualTo(wanted);
    }

    /// The definition: what the SAE would give if the feature were so much more active.
    @Test
    void steeringIsInUnitsOfTheFeatureWhateverTheSaeDoesToItsInput() {
        for (InputTransform input :
                List.of(
                        new InputTransform.Scale(0.25f),
                        new InputTransform.LayerNorm(1e-5f, true),
                        new InputTransform.ConstantNorm(true))) {
            Sae sae = sae(new Activation.TopK(8), input);
            List<float[]> x = beforeAndAfter(HOOK, Intervention.steer(sae, 7, 3));
            float[] plain = decoded(sae, x.getFirst(), 0);
            float[] raised = decoded(sae, x.getFirst(), 3);
            float[] before = x.getFirst();
            for (int i = 0; i < before.length; i++) {
                // differences of float32 numbers up to 100
                assertThat(x.getLast()[i])
                        .isCloseTo(before[i] + raised[i] - plain[i], within(1e-4f));
            }
        }
    }

    /// Reconstructions of rows in which feature 7 alone has a value.
    private static float[] decoded(Sae sae, float[] x, float value) {
        int n = BATCH.tokenCount();
        int[] starts = new int[n + 1];
        int[] features = new int[n];
        float[] values = new float[n];
        for (int r = 0; r < n; r++) {
            starts[r + 1] = r + 1;
            features[r] = 7;
            values[r] = value;
        }
        float[] out = new float[n * D];
        sae.decode(WORKERS, Rows.of(x, n, D), new SparseCodes(n, starts, features, values), out);
        return out;
    }

    @Test
    void ablationTakesTheFeaturesPartOfTheReconstructionAndLeavesTheError() {
        for (InputTransform input :
                List.of(InputTransform.NONE, new InputTransform.LayerNorm(1e-5f, true))) {
            Sae sae = sae(new Activation.Relu(), input);
            AblatedFeatures ablated = Intervention.ablate(sae, 3, 9);
            List<float[]> x = beforeAndAfter(HOOK, ablated);
            int n = BATCH.tokenCount();
            Rows before = Rows.of(x.getFirst(), n, D);
            SparseCodes codes = sae.encode(WORKERS, before);
            float[] all = new float[n * D];
            float[] rest = new float[n * D];
            sae.decode(WORKERS, before, codes, all);
            sae.decode(WORKERS, before, without(codes, 3, 9), rest);
            int active = 0;
            for (int row = 0; row < n; row++) {
                boolean any = false;
                for (int i = codes.rowStart()[row]; i < codes.rowStart()[row + 1]; i++) {
                    any |= codes.feature()[i] == 3 || codes.feature()[i] == 9;
                }
                active += any ? 1 : 0;
            }
            assertThat(ablated.positions()).isEqualTo(n);
            assertThat(ablated.activePositions()).isEqualTo(active).isPositive();
            for (int i = 0; i < all.length; i++) {
                // sums of 64 float32 products, some of them some hundred large
                assertThat(x.getLast()[i])
                        .isCloseTo(x.getFirst()[i] - all[i] + rest[i], within(5e-3f));
            }
        }
    }

    private static SparseCodes without(SparseCodes codes, int... features) {
        float[] value = codes.value().clone();
        for (int i = 0; i < codes.entries(); i++) {
            for (int feature : features) {
                value[i] = codes.feature()[i] == feature ? 0 : value[i];
            }
        }
        return new SparseCodes(codes.rows(), codes.rowStart(), codes.feature(), value);
    }

    @Test
    void aTranscodersFeatureActsOnWhatItWrites() {
        var config =
                new SaeConfig(
                                D,
                                F,
                                new Activation.Relu(),
                                false,
                                Map.of(
                                        "hook_name",
                                        "resid_mid.1",
                                        "hook_name_out",
                                        "blocks.1.hook_mlp_out"))
                        .asTranscoder(D);
        Sae transcoder = Sae.of(config, weights(new SplittableRandom(6), D));
        Hook out = Hook.parse("blocks.1.hook_mlp_out");
        List<float[]> read =
                beforeAndAfter(Hook.parse("resid_mid.1"), Intervention.ablate(transcoder, 2));
        assertThat(read.getLast()).isEqualTo(read.getFirst());
        List<float[]> x = beforeAndAfter(out, Intervention.ablate(transcoder, 2));
        int n = BATCH.tokenCount();
        float[] wanted = x.getFirst().clone();
        float[] direction = new float[D];
        transcoder.weights().decoder().read(2, direction, 0);
        float[] f = transcoder.encode(WORKERS, Rows.of(read.getFirst(), n, D)).toDense(F);
        for (int i = 0; i < wanted.length; i++) {
            wanted[i] -= f[i / D * F + 2] * direction[i % D];
        }
        assertThat(x.getLast()).containsExactly(wanted, within(1e-5f));
        float[] steered = beforeAndAfter(out, Intervention.steer(transcoder, 2, 1)).getLast();
        assertThat(steered[0]).isCloseTo(x.getFirst()[0] + direction[0], within(1e-6f));
    }

    /// With the cache a token's features must be those it has in the whole text.
    @Test
    void ablationWhileReadingInPiecesIsThatOfTheWholeText() {
        for (Activation activation :
                List.of(new Activation.TopK(8), new Activation.BatchTopK(8, null))) {
            Intervention ablated =
                    Intervention.ablate(sae(activation, InputTransform.NONE), 1, 2, 3, 4, 5, 6, 7);
            var whole = MODEL.forward(WORKERS, BATCH);
            ablated.addTo(whole, WORKERS);
            float[] wanted = whole.logits(new int[] {5});
            var memory = MODEL.memory();
            float[] got = {};
            for (int token : BATCH.tokens()) {
                var pass = MODEL.forward(WORKERS, memory, token);
                ablated.addTo(pass, WORKERS);
                got = pass.logits(new int[] {0});
            }
            assertThat(got).containsExactly(wanted, within(2e-3f)); // logits around 10, other sums
        }
    }

    @Test
    void refusesFeaturesAndModelsThatAreNotThere() {
        Sae sae = sae(new Activation.TopK(8), InputTransform.NONE);
        assertThatThrownBy(() -> Intervention.steer(sae, 64, 1))
                .isInstanceOf(UsageException.class)
                .hasMessage("there is no feature 64: the SAE has features 0 to 63");
        assertThatThrownBy(() -> Intervention.ablate(sae, 3, -1))
                .hasMessage("there is no feature -1: the SAE has features 0 to 63");
        assertThatThrownBy(() -> Intervention.steer(sae, 1, Double.NaN))
                .hasMessage("a feature cannot be steered with strength NaN");
        var nowhere =
                Sae.of(
                        new SaeConfig(D, F, new Activation.Relu(), false, Map.of()),
                        weights(new SplittableRandom(1), D));
        assertThatThrownBy(() -> Intervention.steer(nowhere, 1, 1))
                .hasMessage("the SAE does not say which hook its output belongs to: give it");
        Intervention elsewhere =
                Intervention.ablate(sae, SaePlace.of(sae, Hook.parse("mlp_hidden.1")), 1);
        assertThatThrownBy(() -> Generator.of(MODEL, WORKERS).with(elsewhere))
                .hasMessageMatching(
                        "the SAE is made for activations of width 192, but sae4j-demo has width \\d+ at mlp_hidden.1: is it of another model\\?");
        Sae temporal = sae(new Activation.Temporal(4, List.of()), InputTransform.NONE);
        assertThatThrownBy(() -> Intervention.ablate(temporal, 1))
                .hasMessageContaining("features of a temporal SAE depend on all earlier tokens");
    }
}
