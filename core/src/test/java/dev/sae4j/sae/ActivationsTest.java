package dev.sae4j.sae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sae4j.kernel.Rows;
import dev.sae4j.kernel.Workers;
import dev.sae4j.testing.Gen;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Every activation against the plain loop that its definition says, on pre-activations with ties:
/// the encoder is the identity, so a row is its own pre-activations.
class ActivationsTest {
    private static final int F = 70; // more than a panel, and a rest

    private static Sae sae(Activation activation, float[] bias) {
        float[] identity = new float[F * F];
        for (int i = 0; i < F; i++) {
            identity[i * F + i] = 1;
        }
        return Sae.of(
                new SaeConfig(F, F, activation, false, Map.of()),
                new ArrayWeights(F, identity, bias, identity, new float[F]));
    }

    /// Multiples of a quarter, so that ties and zeros are common.
    private static float[] coarse(SplittableRandom random, int n) {
        float[] x = new float[n];
        for (int i = 0; i < n; i++) {
            x[i] = Math.round(4 * random.nextGaussian()) / 4f;
        }
        return x;
    }

    private interface Rule {
        /// @param z `[F]`, one row
        float[] of(float[] z);
    }

    private static void check(Activation activation, Rule rule) {
        Gen.forAll(
                20,
                random -> {
                    int rows = random.nextInt(15); // none, too
                    float[] bias = coarse(random, F);
                    float[] x = coarse(random, rows * F);
                    try (Workers workers = Workers.of(2)) {
                        SparseCodes codes =
                                sae(activation, bias).encode(workers, Rows.of(x, rows, F));
                        assertAscending(codes);
                        float[] found = codes.toDense(F);
                        for (int r = 0; r < rows; r++) {
                            float[] z = new float[F];
                            for (int j = 0; j < F; j++) {
                                z[j] = x[r * F + j] + bias[j];
                            }
                            assertThat(Arrays.copyOfRange(found, r * F, (r + 1) * F))
                                    .isEqualTo(rule.of(z));
                        }
                    }
                });
    }

    private static void assertAscending(SparseCodes codes) {
        for (int r = 0; r < codes.rows(); r++) {
            for (int i = codes.rowStart()[r] + 1; i < codes.rowStart()[r + 1]; i++) {
                assertThat(codes.feature()[i]).isGreaterThan(codes.feature()[i - 1]);
            }
        }
    }

    /// Keeps the `k` first of `order`, ties to the smaller feature.
    private static float[] first(float[] z, int k, Comparator<Integer> order) {
        float[] kept = new float[F];
        IntStream.range(0, F)
                .boxed()
                .sorted(order.thenComparing(Comparator.naturalOrder()))
                .limit(k)
                .forEach(j -> kept[j] = z[j]);
        return kept;
    }

    private static float[] relu(float[] f) {
        float[] positive = new float[F];
        for (int j = 0; j < F; j++) {
            positive[j] = Math.max(0, f[j]) + 0f; // no negative zero
        }
        return positive;
    }

    @Test
    void reluKeepsWhatIsPositive() {
        check(new Activation.Relu(), ActivationsTest::relu);
    }

    @Test
    void topKKeepsTheLargestThatArePositive() {
        check(
                new Activation.TopK(9),
                z -> relu(first(z, 9, Comparator.comparingDouble((Integer j) -> -z[j]))));
    }

    @Test
    void signedTopKKeepsTheLargestAsTheyAre() {
        check(
                new Activation.SignedTopK(60),
                z -> zeroed(first(z, 60, Comparator.comparingDouble((Integer j) -> -z[j]))));
    }

    @Test
    void absTopKKeepsTheLargestInMagnitude() {
        check(
                new Activation.AbsTopK(11),
                z ->
                        zeroed(
                                first(
                                        z,
                                        11,
                                        Comparator.comparingDouble(
                                                (Integer j) -> -Math.abs(z[j])))));
    }

    /// Codes hold no zeros, so a negative zero comes back as zero.
    private static float[] zeroed(float[] f) {
        for (int j = 0; j < F; j++) {
            f[j] += 0f;
        }
        return f;
    }

    @Test
    void jumpReluComparesStrictly() {
        float[] threshold = coarse(new SplittableRandom(4), F);
        check(
                new Activation.JumpRelu(threshold),
                z -> {
                    float[] f = relu(z);
                    for (int j = 0; j < F; j++) {
                        f[j] = z[j] > threshold[j] ? f[j] : 0;
                    }
                    return f;
                });
    }

    @Test
    void groupMaxKeepsOneOfEachGroup() {
        check(
                new Activation.GroupMax(7),
                z -> {
                    float[] f = new float[F];
                    for (int g = 0; g < 7; g++) {
                        int best = g * 10;
                        for (int j = g * 10; j < (g + 1) * 10; j++) {
                            best = z[j] > z[best] ? j : best;
                        }
                        f[best] = Math.max(0, z[best]);
                    }
                    return f;
                });
    }

    @Test
    void batchTopKWithAThresholdLooksAtOneFeatureAtATime() {
        check(
                new Activation.BatchTopK(3, 0.5f),
                z -> {
                    float[] f = relu(z);
                    for (int j = 0; j < F; j++) {
                        f[j] = f[j] > 0.5f ? f[j] : 0;
                    }
                    return f;
                });
    }

    @Test
    void batchTopKSharesOutTheWholeBatch() {
        float[] x = new float[2 * F];
        x[3] = 5;
        x[4] = 4;
        x[F + 1] = 3;
        x[F + 2] = 3; // ties with the last one kept
        x[F + 5] = 1;
        try (Workers workers = Workers.of(1)) {
            Sae sae = sae(new Activation.BatchTopK(1.5, null), new float[F]);
            SparseCodes codes = sae.encode(workers, Rows.of(x, 2, F));
            assertThat(codes.rowStart()).containsExactly(0, 2, 4);
            assertThat(Arrays.copyOf(codes.feature(), 4)).containsExactly(3, 4, 1, 2);
        }
    }

    @Test
    void gatedFeaturesNeedTheirGate() {
        Gen.forAll(
                10,
                random -> {
                    float[] gate = Gen.gaussians(random, F);
                    float[] scale = Gen.gaussians(random, F);
                    float[] magnitude = Gen.gaussians(random, F);
                    float[] x = Gen.gaussians(random, F);
                    try (Workers workers = Workers.of(1)) {
                        Sae sae = sae(new Activation.Gated(gate, scale, magnitude), new float[F]);
                        float[] f = sae.encode(workers, Rows.of(x, 1, F)).toDense(F);
                        for (int j = 0; j < F; j++) {
                            float expected =
                                    x[j] + gate[j] > 0
                                            ? Math.max(
                                                    0,
                                                    x[j] * (float) Math.exp(scale[j])
                                                            + magnitude[j])
                                            : 0;
                            assertThat(f[j]).isEqualTo(expected + 0f);
                        }
                    }
                });
    }

    @Test
    void pursuitTakesOrthogonalDirectionsInOrderOfSize() {
        float[] x = new float[F];
        x[5] = 3;
        x[9] = 2;
        x[11] = 0.001f; // below the threshold: never needed
        x[12] = -7; // never positive
        try (Workers workers = Workers.of(1)) {
            var limited = new Activation.MatchingPursuit(0.5f, 2, true);
            SparseCodes codes = sae(limited, new float[F]).encode(workers, Rows.of(x, 1, F));
            assertThat(codes.entries()).isEqualTo(2);
            assertThat(codes.toDense(F)[5]).isEqualTo(3);
            assertThat(codes.toDense(F)[9]).isEqualTo(2);
        }
    }

    @Test
    void aFewRowsGiveTheSameBitsBeforeAndAfterPacking() {
        Gen.forAll(
                6,
                random -> {
                    int d = 1 + random.nextInt(90);
                    int f = 1 + random.nextInt(200);
                    var weights =
                            new ArrayWeights(
                                    d,
                                    Gen.gaussians(random, f * d),
                                    Gen.gaussians(random, f),
                                    Gen.gaussians(random, f * d),
                                    Gen.gaussians(random, d));
                    var config = new SaeConfig(d, f, new Activation.Relu(), true, Map.of());
                    float[] x = Gen.gaussians(random, 50 * d);
                    try (Workers workers = Workers.of(2)) {
                        Sae sae = Sae.of(config, weights);
                        List<SparseCodes> few =
                                IntStream.range(0, 10)
                                        .mapToObj(i ->
                                                sae.encode(
                                                        workers, Rows.of(x, 50, d).slice(i * 5, 5)))
                                        .toList();
                        SparseCodes all =
                                Sae.of(config, weights).encode(workers, Rows.of(x, 50, d));
                        assertThat(SparseCodes.concat(few).toDense(f)).isEqualTo(all.toDense(f));
                    }
                });
    }

    @Test
    void prefixesKeepTheFirstFeatures() {
        var codes = new SparseCodes(2, new int[] {0, 2, 3}, new int[] {1, 8, 4}, new float[3]);
        assertThat(codes.prefix(5).rowStart()).containsExactly(0, 1, 2);
        assertThat(Arrays.copyOf(codes.prefix(5).feature(), 2)).containsExactly(1, 4);
    }

    @Test
    void refusesRowsOfAnotherWidth() {
        try (Workers workers = Workers.of(1)) {
            Sae sae = sae(new Activation.Relu(), new float[F]);
            assertThatThrownBy(() -> sae.encode(workers, Rows.of(new float[6], 2, 3)))
                    .hasMessage("rows of 3 floats do not fit an SAE with d_in = 70");
        }
    }
}
