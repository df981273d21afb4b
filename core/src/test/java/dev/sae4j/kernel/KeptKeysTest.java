package dev.sae4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.sae4j.testing.Gen;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class KeptKeysTest {
    /// Sums of some dozen float32 products of numbers around 1.
    private static final double ROUNDING = 2e-5;

    @Test
    void piecesOfAnySizeSeeWhatTheWholeSequenceSees() {
        Gen.forAll(
                40,
                random -> {
                    int keyValue = random.nextInt(1, 4);
                    int query = keyValue * random.nextInt(1, 4);
                    var heads = new CausalAttention.Heads(query, keyValue, random.nextInt(1, 70));
                    int window = random.nextBoolean() ? 0 : random.nextInt(1, 40);
                    float cap = random.nextBoolean() ? 0 : 2;
                    var rule = new CausalAttention.Rule(0.3f, cap, window);
                    int tokens = random.nextInt(2, 150);
                    int stride = (query + 2 * keyValue) * heads.size();
                    float[] qkv = Gen.gaussians(random, tokens * stride);
                    int first = random.nextInt(0, tokens);
                    var kept = new KeptKeys(heads, rule);
                    kept.put(0, qkv, first);
                    float[] got = new float[(tokens - first) * query * heads.size()];
                    int at = first;
                    while (at < tokens) {
                        int rows = Math.min(tokens - at, random.nextInt(1, 5));
                        float[] out =
                                piece(
                                        kept,
                                        Arrays.copyOfRange(qkv, at * stride, qkv.length),
                                        at,
                                        rows,
                                        query * heads.size());
                        System.arraycopy(
                                out, 0, got, (at - first) * query * heads.size(), out.length);
                        at += rows;
                    }
                    double[] wanted =
                            ScalarDecoder.attention(heads, rule, qkv, new int[] {0, tokens});
                    int skip = first * query * heads.size();
                    for (int i = 0; i < got.length; i++) {
                        assertThat((double) got[i]).isCloseTo(wanted[skip + i], within(ROUNDING));
                    }
                });
    }

    private static float[] piece(KeptKeys kept, float[] qkv, int at, int rows, int width) {
        float[] one = new float[rows * width];
        float[] three = new float[rows * width];
        kept.put(at, qkv, rows);
        try (var alone = Workers.of(1);
                var team = Workers.of(3)) {
            kept.attend(alone, qkv, rows, one);
            kept.attend(team, qkv, rows, three);
        }
        assertThat(three).isEqualTo(one);
        return one;
    }

    @Test
    void aWindowBoundsWhatIsKept() {
        var heads = new CausalAttention.Heads(1, 1, 8);
        var kept = new KeptKeys(heads, new CausalAttention.Rule(1, 0, 16));
        float[] qkv = Gen.gaussians(new SplittableRandom(1), 24);
        for (int position = 0; position < 5000; position++) {
            kept.put(position, qkv, 1);
        }
        assertThat(kept.bytes()).isLessThanOrEqualTo(64 * 8 * 2 * Float.BYTES);
    }

    @Test
    void positionsCanBePutAgain() {
        var heads = new CausalAttention.Heads(1, 1, 4);
        var kept = new KeptKeys(heads, new CausalAttention.Rule(1, 0, 3));
        var random = new SplittableRandom(2);
        float[] qkv = Gen.gaussians(random, 9 * 12);
        kept.put(0, Gen.gaussians(random, 9 * 12), 9);
        kept.put(0, qkv, 8);
        kept.put(8, Gen.gaussians(random, 12), 1);
        float[] last = Arrays.copyOfRange(qkv, 8 * 12, 9 * 12);
        kept.put(8, last, 1);
        float[] out = new float[4];
        try (var workers = Workers.of(1)) {
            kept.attend(workers, last, 1, out);
        }
        double[] wanted =
                ScalarDecoder.attention(
                        heads, new CausalAttention.Rule(1, 0, 3), qkv, new int[] {0, 9});
        for (int i = 0; i < 4; i++) {
            assertThat((double) out[i]).isCloseTo(wanted[8 * 4 + i], within(ROUNDING));
        }
    }

    @Test
    void refusesGaps() {
        var kept = new KeptKeys(new CausalAttention.Heads(1, 1, 4), CausalAttention.Rule.plain(4));
        kept.put(0, new float[24], 2);
        assertThatThrownBy(() -> kept.put(3, new float[12], 1))
                .hasMessage("keys of positions 0 to 1 are kept: position 3 cannot follow");
    }
}
