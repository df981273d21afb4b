package dev.sae4j.train.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sae4j.train.recipe.Span;
import dev.sae4j.train.recipe.Sparsity;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The Lp term against its formula in double, its gradients by differences.
class PowerSumTest {
    private static final float[][] F = {{0.5f, 0, 2}, {1, 0.25f, 0}}; // [rows, features]
    private static final float[] NORMS = {1.5f, 0.5f, 2};
    private static final double COEFFICIENT = 0.3;

    /// Central differences, and a gradient in float32.
    private static final double ROUNDING = 1e-6;

    private static PowerSum sum(double p, double nextP, boolean root, boolean byNorm) {
        var sum =
                new PowerSum(new Sparsity.Lp(COEFFICIENT, Span.NONE, p, root, byNorm, null, null));
        sum.begin(new StepSettings(1, COEFFICIENT, p, nextP, 0, false), F.length);
        for (int r = 0; r < F.length; r++) {
            for (int j = 0; j < NORMS.length; j++) {
                sum.add(r, F[r][j], NORMS[j]);
            }
        }
        sum.end(F.length);
        return sum;
    }

    private static double formula(double[][] f, double[] n, double p, boolean root) {
        double mean = 0;
        for (double[] row : f) {
            double sum = 0;
            for (int j = 0; j < row.length; j++) {
                sum += row[j] > 0 ? Math.pow(row[j] * n[j], p) : 0;
            }
            mean += (root ? Math.pow(sum, 1 / p) : sum) / f.length;
        }
        return mean;
    }

    private static double[][] f() {
        double[][] f = new double[F.length][NORMS.length];
        for (int r = 0; r < f.length; r++) {
            for (int j = 0; j < NORMS.length; j++) {
                f[r][j] = F[r][j];
            }
        }
        return f;
    }

    private static double[] norms(boolean byNorm) {
        return byNorm ? new double[] {1.5, 0.5, 2} : new double[] {1, 1, 1};
    }

    @ParameterizedTest
    @CsvSource({
        "1, true, false",
        "1, true, true",
        "2, true, true",
        "0.7, true, false",
        "0.7, false, false",
        "0.7, false, true",
        "1.5, false, true"
    })
    void isTheFormula(double p, boolean root, boolean byNorm) {
        PowerSum sum = sum(p, 0.5, root, byNorm);
        assertThat(sum.mean()).isEqualTo(formula(f(), norms(byNorm), p, root), within(1e-12));
        assertThat(sum.nextMean())
                .as("with the next exponent")
                .isEqualTo(formula(f(), norms(byNorm), 0.5, root), within(1e-12));
        for (int j = 0; j < NORMS.length; j++) {
            gradients(sum, j, p, root, byNorm);
        }
    }

    private static void gradients(PowerSum sum, int j, double p, boolean root, boolean byNorm) {
        float[] column = {F[0][j], F[1][j]};
        float[] gradient = {10, 20}; // the term's is added
        double byNormFound = sum.backward(column, new int[] {0, 1}, 2, NORMS[j], gradient);
        double h = 1e-6;
        for (int r = 0; r < F.length; r++) {
            double expected = 0;
            if (F[r][j] > 0) {
                double[][] up = f();
                double[][] down = f();
                up[r][j] += h;
                down[r][j] -= h;
                expected =
                        formula(up, norms(byNorm), p, root) - formula(down, norms(byNorm), p, root);
                expected *= COEFFICIENT / (2 * h);
            }
            assertThat((double) gradient[r])
                    .as("by row %d of feature %d", r, j)
                    .isEqualTo(10 * (r + 1) + expected, within(20 * ROUNDING));
        }
        double expected = 0;
        if (byNorm) {
            double[] up = norms(true);
            double[] down = norms(true);
            up[j] += h;
            down[j] -= h;
            expected = formula(f(), up, p, root) - formula(f(), down, p, root);
            expected *= COEFFICIENT / (2 * h);
        }
        assertThat(byNormFound).as("by the norm").isEqualTo(expected, within(ROUNDING));
    }

    @Test
    void rowsWithoutFeaturesCountAsZeroAndTrainNothing() {
        var sum = new PowerSum(new Sparsity.Lp(1, Span.NONE, 0.5, true, false, null, null));
        sum.begin(new StepSettings(1, 1, 0.5, Double.NaN, 0, false), 2);
        sum.add(1, 4, 1);
        sum.end(2);
        assertThat(sum.mean()).isEqualTo(2);
        assertThat(sum.nextMean()).isNaN();
        float[] gradient = new float[1];
        sum.backward(new float[] {0}, new int[] {0}, 1, 1, gradient);
        assertThat(gradient).containsExactly(0);
    }

    @Test
    void aCoefficientOfZeroTrainsNothing() {
        var sum = new PowerSum(new Sparsity.Lp(0, Span.NONE, 1, true, true, null, null));
        sum.begin(new StepSettings(1, 0, 1, Double.NaN, 0, false), 1);
        sum.add(0, 3, 2);
        sum.end(1);
        assertThat(sum.mean()).isEqualTo(6);
        float[] gradient = new float[1];
        assertThat(sum.backward(new float[] {3}, new int[] {0}, 1, 2, gradient)).isZero();
        assertThat(gradient).containsExactly(0);
    }
}
