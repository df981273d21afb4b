package dev.sae4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sae4j.testing.Gen;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Decoder kernels against their scalar twins, on odd sizes, and for the same bits on any number of
/// threads.
class DecoderKernelsTest {
    /// Rounding of a few dozen float32 operations on values around 1.
    private static final double ROUNDING = 2e-5;

    @Test
    void rmsNormAgreesWithItsTwin() {
        Gen.forAll(
                20,
                random -> {
                    int rows = random.nextInt(1, 150);
                    int width = random.nextInt(1, 90);
                    float[] x = Gen.gaussians(random, rows * width);
                    float[] weight = Gen.gaussians(random, width);
                    float[] got =
                            sameOnAnyThreads(workers -> {
                                float[] out = new float[x.length];
                                RmsNorm.apply(workers, x, rows, weight, 1e-5, out);
                                return out;
                            });
                    close(got, ScalarDecoder.rmsNorm(x, rows, weight, 1e-5), ROUNDING);
                });
    }

    @Test
    void rmsNormOfPartsOfARowLeavesTheRest() {
        Gen.forAll(
                20,
                random -> {
                    int rows = random.nextInt(1, 150);
                    int size = random.nextInt(1, 40);
                    int parts = random.nextInt(1, 5);
                    int from = random.nextInt(0, 9);
                    int stride = from + parts * size + random.nextInt(0, 9);
                    float[] x = Gen.gaussians(random, rows * stride);
                    float[] weight = Gen.gaussians(random, size);
                    float[] got =
                            sameOnAnyThreads(workers -> {
                                float[] out = x.clone();
                                RmsNorm.applyToParts(
                                        workers, out, rows, stride, from, parts, weight, 1e-5);
                                return out;
                            });
                    double[] wanted = widen(x);
                    for (int row = 0; row < rows; row++) {
                        int at = row * stride + from;
                        float[] those = Arrays.copyOfRange(x, at, at + parts * size);
                        double[] normed = ScalarDecoder.rmsNorm(those, parts, weight, 1e-5);
                        System.arraycopy(normed, 0, wanted, at, normed.length);
                    }
                    close(got, wanted, ROUNDING);
                });
    }

    @Test
    void layerNormAgreesWithItsTwinInPlaceToo() {
        Gen.forAll(
                20,
                random -> {
                    int rows = random.nextInt(1, 150);
                    int width = random.nextInt(2, 90);
                    float[] x = Gen.gaussians(random, rows * width);
                    float[] weight = Gen.gaussians(random, width);
                    float[] bias = Gen.gaussians(random, width);
                    float[] got =
                            sameOnAnyThreads(workers -> {
                                float[] out = new float[x.length];
                                LayerNorm.apply(workers, x, rows, weight, bias, 1e-5, out);
                                float[] inPlace = x.clone();
                                LayerNorm.apply(
                                        workers, inPlace, rows, weight, bias, 1e-5, inPlace);
                                assertThat(inPlace).isEqualTo(out);
                                return out;
                            });
                    close(got, ScalarDecoder.layerNorm(x, rows, weight, bias, 1e-5), ROUNDING);
                });
    }

    @Test
    void rmsNormOfARowWithHugeValuesStaysFinite() {
        float[] x = {25_000f, -1f, 3f, 0.5f, 2f};
        float[] out = new float[5];
        try (var workers = Workers.of(1)) {
            RmsNorm.apply(workers, x, 1, new float[] {1, 1, 1, 1, 1}, 1e-5, out);
        }
        close(out, ScalarDecoder.rmsNorm(x, 1, new float[] {1, 1, 1, 1, 1}, 1e-5), 1e-6);
    }

    @Test
    void rotaryAgreesWithItsTwinAndLeavesTheRestOfAHeadAndOfARow() {
        Gen.forAll(
                20,
                random -> {
                    int half = random.nextInt(1, 40);
                    int heads = random.nextInt(1, 4);
                    int rows = random.nextInt(1, 140);
                    int headDim = 2 * half + (random.nextBoolean() ? 0 : random.nextInt(1, 9));
                    int stride = heads * headDim + random.nextInt(0, 5);
                    double amplitude = random.nextBoolean() ? 1 : 1.25;
                    double[] frequencies = random.doubles(half, 0, 1).toArray();
                    int[] position = random.ints(rows, 0, 50).toArray();
                    float[] x = Gen.gaussians(random, rows * stride);
                    float[] got =
                            sameOnAnyThreads(workers -> {
                                float[] copy = x.clone();
                                Rotary.of(frequencies, amplitude, headDim, 50)
                                        .apply(workers, copy, stride, heads, position);
                                return copy;
                            });
                    double[] wanted = widen(x);
                    for (int row = 0; row < rows; row++) {
                        for (int h = 0; h < heads; h++) {
                            int at = row * stride + h * headDim;
                            float[] head = Arrays.copyOfRange(x, at, at + 2 * half);
                            double[] turned =
                                    ScalarDecoder.rotate(head, frequencies, position[row]);
                            Arrays.setAll(turned, i -> turned[i] * amplitude);
                            System.arraycopy(turned, 0, wanted, at, turned.length);
                        }
                    }
                    close(got, wanted, 1e-6);
                });
    }

    @Test
    void attentionAgreesWithItsTwinForAnyHeadsAndLengths() {
        Gen.forAll(
                40,
                random -> {
                    int keyValue = random.nextInt(1, 4);
                    int query = keyValue * random.nextInt(1, 5);
                    var heads = new CausalAttention.Heads(query, keyValue, random.nextInt(1, 70));
                    int[] starts = starts(random, random.nextInt(1, 5), 80);
                    int stride = (query + 2 * keyValue) * heads.size();
                    int tokens = starts[starts.length - 1];
                    float[] qkv = Gen.gaussians(random, tokens * stride);
                    float[] got =
                            sameOnAnyThreads(workers -> {
                                float[] out = new float[tokens * query * heads.size()];
                                CausalAttention.apply(
                                        workers,
                                        heads,
                                        CausalAttention.Rule.plain(heads.size()),
                                        qkv,
                                        starts,
                                        out);
                                return out;
                            });
                    close(
                            got,
                            ScalarDecoder.attention(
                                    heads, CausalAttention.Rule.plain(heads.size()), qkv, starts),
                            ROUNDING);
                });
    }

    @Test
    void attentionWithAWindowASoftCapAndAScaleAgreesWithItsTwin() {
        Gen.forAll(
                40,
                random -> {
                    int keyValue = random.nextInt(1, 3);
                    int query = keyValue * random.nextInt(1, 4);
                    var heads = new CausalAttention.Heads(query, keyValue, random.nextInt(1, 30));
                    var rule =
                            new CausalAttention.Rule(
                                    random.nextFloat(0.05f, 0.5f),
                                    random.nextBoolean() ? 0 : random.nextFloat(1, 4),
                                    random.nextInt(0, 40));
                    int[] starts = starts(random, random.nextInt(1, 4), 90);
                    int stride = (query + 2 * keyValue) * heads.size();
                    int tokens = starts[starts.length - 1];
                    float[] qkv = Gen.gaussians(random, tokens * stride);
                    float[] got =
                            sameOnAnyThreads(workers -> {
                                float[] out = new float[tokens * query * heads.size()];
                                CausalAttention.apply(workers, heads, rule, qkv, starts, out);
                                return out;
                            });
                    close(got, ScalarDecoder.attention(heads, rule, qkv, starts), ROUNDING);
                });
    }

    @Test
    void aWindowHidesWhatIsBeforeItWhateverItHolds() {
        var random = new SplittableRandom(8);
        var heads = new CausalAttention.Heads(1, 1, 4);
        float[] qkv = Gen.gaussians(random, 60 * 12);
        Arrays.fill(qkv, 35 * 12, 35 * 12 + 4, 1f); // a query that large keys attract
        int[] starts = {0, 60};
        var rule = new CausalAttention.Rule(1f, 0, 7);
        float[] before = attention(heads, rule, qkv, starts);
        Arrays.fill(qkv, 0, 30 * 12, 1000f);
        float[] after = attention(heads, rule, qkv, starts);
        // token 36 sees tokens 30 to 36
        assertThat(Arrays.copyOfRange(after, 36 * 4, 60 * 4))
                .isEqualTo(Arrays.copyOfRange(before, 36 * 4, 60 * 4));
        assertThat(after[35 * 4]).isEqualTo(1000f);
    }

    @Test
    void aTokenNeverSeesLaterTokensOrOtherSequences() {
        var random = new SplittableRandom(7);
        var heads = new CausalAttention.Heads(2, 1, 8);
        int stride = 4 * 8;
        float[] qkv = Gen.gaussians(random, 20 * stride);
        int[] starts = {0, 0, 12, 20};
        float[] before = attention(heads, qkv, starts);
        Arrays.fill(qkv, 5 * stride, 12 * stride, 1000f);
        float[] after = attention(heads, qkv, starts);
        assertThat(Arrays.copyOf(after, 5 * 16)).isEqualTo(Arrays.copyOf(before, 5 * 16));
        assertThat(Arrays.copyOfRange(after, 12 * 16, 20 * 16))
                .isEqualTo(Arrays.copyOfRange(before, 12 * 16, 20 * 16));
        assertThat(after[5 * 16]).isEqualTo(1000f);
    }

    @Test
    void attentionWithLargeScoresDoesNotOverflow() {
        var heads = new CausalAttention.Heads(1, 1, 2);
        // key 0 scores 1e4 above key 1 for the second query
        float[] qkv = {200, 0, 100, 0, 1, 2, 200, 0, 0, 0, 3, 4};
        float[] out = attention(heads, qkv, new int[] {0, 2});
        assertThat(out).containsExactly(1, 2, 1, 2);
    }

    @Test
    void gatedProductAgreesWithItsTwin() {
        MlpActivation.SILU.apply(
                new float[1 << 21], 0, 1 << 21); // first work done: vectors from now
        Gen.forAll(
                30,
                random -> {
                    MlpActivation activation = anyActivation(random);
                    int size = random.nextInt(1, 100);
                    int depth = random.nextInt(1, 60);
                    int rows = random.nextInt(1, 50);
                    float[] g = Gen.gaussians(random, size * depth);
                    float[] u = Gen.gaussians(random, size * depth);
                    float[] gb = random.nextBoolean() ? Gen.gaussians(random, size) : null;
                    float[] ub = gb == null ? null : Gen.gaussians(random, size);
                    float[] x = Gen.gaussians(random, rows * depth);
                    float[] got =
                            sameOnAnyThreads(workers -> {
                                var product =
                                        GatedProduct.of(
                                                activation,
                                                size,
                                                depth,
                                                rowsOf(g, depth),
                                                rowsOf(u, depth),
                                                gb,
                                                ub,
                                                (n, k, source) ->
                                                        PackedMatrix.of(workers, n, k, source));
                                float[] out = new float[rows * size];
                                product.multiply(workers, Rows.of(x, rows, depth), out);
                                return out;
                            });
                    double[] gate = Scalar.multiply(x, g, rows, size, depth);
                    double[] up = Scalar.multiply(x, u, rows, size, depth);
                    double[] wanted = new double[gate.length];
                    for (int i = 0; i < wanted.length; i++) {
                        double a = gate[i] + (gb == null ? 0 : gb[i % size]);
                        double b = up[i] + (ub == null ? 0 : ub[i % size]);
                        wanted[i] = ScalarDecoder.activation(activation, a) * b;
                    }
                    close(got, wanted, 5e-4); // sums of 60 products, then a product of two sums
                });
    }

    @Test
    void linearStoresAndAdds() {
        Gen.forAll(
                30,
                random -> {
                    int outputs = random.nextInt(1, 100);
                    int depth = random.nextInt(1, 60);
                    int rows = random.nextInt(1, 50);
                    float[] w = Gen.gaussians(random, outputs * depth);
                    float[] x = Gen.gaussians(random, rows * depth);
                    float[] bias = random.nextBoolean() ? Gen.gaussians(random, outputs) : null;
                    float[] start = Gen.gaussians(random, rows * outputs);
                    double[] stored = Scalar.multiply(x, w, rows, outputs, depth);
                    double[] added = new double[stored.length];
                    for (int i = 0; i < stored.length; i++) {
                        stored[i] += bias == null ? 0 : bias[i % outputs];
                        added[i] = stored[i] + start[i];
                    }
                    Rows in = Rows.of(x, rows, depth);
                    float[] gotStored = new float[start.length];
                    float[] gotAdded =
                            sameOnAnyThreads(workers -> {
                                var packed = PackedMatrix.of(workers, w, outputs, depth);
                                Linear.store(workers, in, packed, bias, gotStored);
                                float[] out = start.clone();
                                Linear.add(workers, in, packed, bias, out);
                                return out;
                            });
                    MlpActivation activation = anyActivation(random);
                    float[] gotActivated =
                            sameOnAnyThreads(workers -> {
                                var packed = PackedMatrix.of(workers, w, outputs, depth);
                                float[] out = new float[start.length];
                                Linear.activate(workers, in, packed, bias, activation, out);
                                return out;
                            });
                    double[] activated = new double[stored.length];
                    Arrays.setAll(activated, i -> ScalarDecoder.activation(activation, stored[i]));
                    close(gotActivated, activated, 2 * ROUNDING);
                    close(gotStored, stored, ROUNDING);
                    close(gotAdded, added, ROUNDING);
                });
    }

    @Test
    void lossAgreesWithItsTwin() {
        Gen.forAll(
                30,
                random -> {
                    int vocabulary = random.nextInt(1, 200);
                    int depth = random.nextInt(1, 30);
                    int rows = random.nextInt(1, 60);
                    float[] w = Gen.gaussians(random, vocabulary * depth);
                    float[] x = Gen.gaussians(random, rows * depth);
                    int[] targets = random.ints(rows, -1, vocabulary).toArray();
                    float cap = random.nextBoolean() ? 0 : 5;
                    float[] got =
                            sameOnAnyThreads(workers ->
                                    NextTokenLoss.of(
                                            workers,
                                            Rows.of(x, rows, depth),
                                            PackedMatrix.of(workers, w, vocabulary, depth),
                                            cap,
                                            targets));
                    double[] logits = Scalar.multiply(x, w, rows, vocabulary, depth);
                    Arrays.setAll(logits, i -> ScalarDecoder.softCap(cap, logits[i]));
                    float[] narrow = new float[logits.length];
                    for (int i = 0; i < narrow.length; i++) {
                        narrow[i] = (float) logits[i];
                    }
                    float[] ofLogits = NextTokenLoss.ofLogits(narrow, targets);
                    for (int row = 0; row < rows; row++) {
                        if (targets[row] < 0) {
                            assertThat(got[row]).isNaN();
                        } else {
                            double wanted =
                                    ScalarDecoder.loss(logits, row, vocabulary, targets[row]);
                            assertThat((double) got[row]).isCloseTo(wanted, within(ROUNDING));
                            assertThat((double) ofLogits[row]).isCloseTo(wanted, within(ROUNDING));
                        }
                    }
                });
    }

    @Test
    void lossOfARowWithNaNIsNaN() {
        float[] x = {1, Float.NaN};
        try (var workers = Workers.of(1)) {
            var w = PackedMatrix.of(workers, new float[] {1, 2, 3}, 3, 1);
            float[] got = NextTokenLoss.of(workers, Rows.of(x, 2, 1), w, 0, new int[] {0, 0});
            assertThat(got[0]).isFinite();
            assertThat(got[1]).isNaN();
        }
    }

    private static float[] attention(CausalAttention.Heads heads, float[] qkv, int[] starts) {
        return attention(heads, CausalAttention.Rule.plain(heads.size()), qkv, starts);
    }

    private static float[] attention(
            CausalAttention.Heads heads, CausalAttention.Rule rule, float[] qkv, int[] starts) {
        float[] out = new float[starts[starts.length - 1] * heads.query() * heads.size()];
        try (var workers = Workers.of(2)) {
            CausalAttention.apply(workers, heads, rule, qkv, starts, out);
        }
        return out;
    }

    private static MlpActivation anyActivation(SplittableRandom random) {
        List<MlpActivation> all = List.of(MlpActivation.values());
        return all.get(random.nextInt(all.size()));
    }

    private static int[] starts(SplittableRandom random, int sequences, int longest) {
        int[] starts = new int[sequences + 1];
        for (int s = 0; s < sequences; s++) {
            starts[s + 1] = starts[s] + random.nextInt(0, longest);
        }
        return starts;
    }

    @ParameterizedTest
    @EnumSource
    void plainLoopsOfActivationsGiveTheBitsOfVectors(MlpActivation activation) {
        Gen.forAll(
                20,
                random -> {
                    float[] x = Gen.gaussians(random, random.nextInt(200));
                    float[] plain = x.clone();
                    activation.apply(x, 0, x.length, x.length);
                    activation.apply(plain, 0, x.length, 0);
                    assertThat(plain).isEqualTo(x);
                });
    }

    private static PackedMatrix.RowSource rowsOf(float[] values, int depth) {
        return (row, target, at) -> System.arraycopy(values, row * depth, target, at, depth);
    }

    private static float[] sameOnAnyThreads(Function<Workers, float[]> run) {
        try (var one = Workers.of(1);
                var two = Workers.of(2);
                var three = Workers.of(3)) {
            float[] first = run.apply(one);
            assertThat(run.apply(two)).isEqualTo(first);
            assertThat(run.apply(three)).isEqualTo(first);
            return first;
        }
    }

    private static double[] widen(float[] x) {
        double[] wide = new double[x.length];
        Arrays.setAll(wide, i -> x[i]);
        return wide;
    }

    private static void close(float[] got, double[] wanted, double tolerance) {
        assertThat(got).hasSize(wanted.length);
        for (int i = 0; i < wanted.length; i++) {
            assertThat((double) got[i]).as("at %d", i).isCloseTo(wanted[i], within(tolerance));
        }
    }
}
