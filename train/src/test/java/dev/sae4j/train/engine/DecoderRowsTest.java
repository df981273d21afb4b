package dev.sae4j.train.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sae4j.kernel.Vectors;
import dev.sae4j.testing.Gen;
import dev.sae4j.train.recipe.DecoderNorm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DecoderRowsTest {
    /// Sums of up to 70 float32 products near 1, and UNIT_PROJECTED's 1e-6 beside the norm.
    private static final double TOLERANCE = 2e-5;

    @ParameterizedTest
    @EnumSource(DecoderNorm.class)
    void touchesNothingBesideItsRow(DecoderNorm kind) {
        Gen.forAll(
                30,
                random -> {
                    int n = random.nextInt(1, 70);
                    float[] row = Gen.gaussians(random, n + 5);
                    float[] gradient = Gen.gaussians(random, n + 3);
                    float[] rowBefore = row.clone();
                    float[] before = gradient.clone();
                    DecoderRows.project(kind, gradient, 1, row, 3, n);
                    assertThat(row).isEqualTo(rowBefore);
                    DecoderRows.renormalise(kind, row, 3, n);

                    for (int i = 0; i < 3; i++) {
                        assertThat(row[i]).isEqualTo(rowBefore[i]);
                    }
                    assertThat(row[n + 4]).isEqualTo(rowBefore[n + 4]);
                    assertThat(gradient[0]).isEqualTo(before[0]);
                    assertThat(gradient[n + 2]).isEqualTo(before[n + 2]);
                    double norm = Math.sqrt(Vectors.squaredNorm(row, 3, n));
                    if (kind == DecoderNorm.FREE) {
                        assertThat(row).isEqualTo(rowBefore);
                    } else {
                        assertThat(norm).isCloseTo(1, within(TOLERANCE));
                    }
                });
    }

    @ParameterizedTest
    @EnumSource(
            value = DecoderNorm.class,
            names = {"UNIT_PROJECTED", "CONSTRAINED_ADAM", "UNIT_BEFORE_FORWARD"})
    void leavesNothingAlongAUnitRow(DecoderNorm kind) {
        Gen.forAll(
                30,
                random -> {
                    int n = random.nextInt(1, 70);
                    float[] row = Gen.gaussians(random, n);
                    DecoderRows.renormalise(DecoderNorm.UNIT, row, 0, n);
                    float[] gradient = Gen.gaussians(random, n);
                    DecoderRows.project(kind, gradient, 0, row, 0, n);

                    assertThat(Vectors.dot(gradient, 0, row, 0, n))
                            .isCloseTo(0, within((float) TOLERANCE));
                });
    }

    @ParameterizedTest
    @EnumSource(DecoderNorm.class)
    void leavesARowOfZerosAndItsGradientFinite(DecoderNorm kind) {
        float[] row = new float[5];
        float[] gradient = {1, 2, 3, 4, 5};
        DecoderRows.project(kind, gradient, 0, row, 0, 5);
        DecoderRows.renormalise(kind, row, 0, 5);

        assertThat(row).containsOnly(0f);
        assertThat(gradient).containsExactly(1, 2, 3, 4, 5);
    }

    @Test
    void clipsOnlyWhatIsTooLong() {
        assertThat(GradientClip.factor(1, 0)).isEqualTo(1);
        assertThat(GradientClip.factor(1, 0.5)).isEqualTo(1);
        assertThat(GradientClip.factor(1, 4)).isEqualTo(0.24999994f);
        assertThat(GradientClip.factor(1, Double.NaN)).isNaN();
    }
}
