package dev.sae4j.train.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sae4j.testing.Gen;
import dev.sae4j.train.recipe.Optimizer;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// Vector kernels against their scalar twins: the same bits, since no sums are involved.
class OptimizerKernelsTest {
    private static final int CASES = 100;

    @Test
    void adamDoesWhatItsTwinDoes() {
        Gen.forAll(
                CASES,
                random -> {
                    int n = random.nextInt(0, 70);
                    int at = random.nextInt(5);
                    int gAt = random.nextInt(5);
                    double beta1 = random.nextInt(3) == 0 ? 0 : random.nextDouble();
                    var recipe = new Optimizer.Adam(beta1, random.nextDouble(), 1e-8);
                    var kernel = new AdamKernel(recipe, 0.01, random.nextInt(1, 1000));
                    float[] g = hostile(random, gAt + n);
                    float[] w = hostile(random, at + n);
                    float[] m = beta1 == 0 ? null : hostile(random, at + n);
                    float[] v = hostile(random, at + n);
                    float[] w2 = w.clone();
                    float[] m2 = m == null ? null : m.clone();
                    float[] v2 = v.clone();

                    kernel.update(w, m, v, at, g, gAt, n);
                    for (int i = 0; i < n; i++) {
                        kernel.updateOne(w2, m2, v2, at + i, g[gAt + i]);
                    }

                    assertThat(w).isEqualTo(w2);
                    assertThat(m).isEqualTo(m2);
                    assertThat(v).isEqualTo(v2);
                });
    }

    @Test
    void signumDoesWhatItsTwinDoes() {
        Gen.forAll(
                CASES,
                random -> {
                    int n = random.nextInt(0, 70);
                    int at = random.nextInt(5);
                    int gAt = random.nextInt(5);
                    SignumKernel kernel =
                            SignumKernel.of(random.nextDouble(0.1, 1), 0.01, random.nextDouble());
                    float[] g = hostile(random, gAt + n);
                    float[] y = hostile(random, at + n);
                    float[] z = hostile(random, at + n);
                    float[] y2 = y.clone();
                    float[] z2 = z.clone();

                    kernel.update(y, z, at, g, gAt, n);
                    for (int i = 0; i < n; i++) {
                        kernel.updateOne(y2, z2, at + i, g[gAt + i]);
                    }

                    assertThat(y).isEqualTo(y2);
                    assertThat(z).isEqualTo(z2);
                });
    }

    @Test
    void aWeightOfOneGivesTheEnd() {
        assertThat(Lerp.of(1).between(1e30f, 3)).isEqualTo(3);
        assertThat(Lerp.of(0).between(3, 1e30f)).isEqualTo(3);
        assertThat(Lerp.of(0.5).between(2, 4)).isEqualTo(3);
    }

    @Test
    void bfloat16RoundsHalvesToEven() {
        assertThat(BFloat16.round(1 + 0x1p-8f)).isEqualTo(1);
        assertThat(BFloat16.round(1 + 0x1.8p-7f)).isEqualTo(1 + 0x1p-6f);
        assertThat(BFloat16.round(Float.MAX_VALUE)).isInfinite();
        assertThat(BFloat16.round(Float.intBitsToFloat(0x7fff_ffff))).isNaN();
        assertThat(BFloat16.round(-0f)).isEqualTo(-0f);
    }

    /// Normal numbers of any size, with zeros, infinities and NaN among them.
    private static float[] hostile(SplittableRandom random, int n) {
        float[] x = Gen.gaussians(random, n);
        float[] special = {0, -0f, Float.NaN, Float.POSITIVE_INFINITY, Float.MIN_VALUE, 1e-30f};
        for (int i = 0; i < n; i++) {
            if (random.nextInt(10) == 0) {
                x[i] = special[random.nextInt(special.length)];
            }
        }
        return x;
    }
}
