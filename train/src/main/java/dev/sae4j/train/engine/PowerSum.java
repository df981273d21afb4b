package dev.sae4j.train.engine;

import dev.sae4j.train.recipe.Sparsity;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The Lp term: `mean over rows of (sum of (f_j·n_j)^p)^(1/p)`, or without the root, and its
/// gradients. L1 is `p = 1`.
final class PowerSum {
    private final boolean root;
    private final boolean byNorm;
    private double[] sums = new double[0]; // [rows], sum of (f·n)^p
    private double[] nextSums = new double[0];
    private float[] factor = new float[0]; // [rows], what (f·n)^p is multiplied with in the loss
    private double p;
    private double nextP;
    private double coefficient;
    private double mean;
    private double nextMean;

    PowerSum(@Nullable Sparsity recipe) {
        root = recipe instanceof Sparsity.Lp lp && lp.root();
        byNorm = recipe instanceof Sparsity.Lp lp && lp.byDecoderNorm();
    }

    boolean usesNorms() {
        return byNorm;
    }

    void begin(StepSettings settings, int rows) {
        p = settings.p();
        nextP = settings.nextP();
        coefficient = settings.coefficient();
        if (sums.length < rows) {
            sums = new double[rows];
            nextSums = new double[rows];
            factor = new float[rows];
        }
        Arrays.fill(sums, 0);
        Arrays.fill(nextSums, 0);
    }

    void add(int r, float f, float norm) {
        if (f > 0) {
            double weighted = byNorm ? (double) f * norm : f;
            sums[r] += p == 1 ? weighted : Math.pow(weighted, p);
            if (!Double.isNaN(nextP)) {
                nextSums[r] += Math.pow(weighted, nextP);
            }
        }
    }

    void end(int rows) {
        mean = 0;
        nextMean = 0;
        for (int r = 0; r < rows; r++) {
            double s = sums[r];
            boolean plain = !root || p == 1;
            mean += plain ? s : Math.pow(s, 1 / p);
            nextMean += root ? Math.pow(nextSums[r], 1 / nextP) : nextSums[r];
            double outer = plain ? 1 : s > 0 ? Math.pow(s, 1 / p - 1) / p : 0;
            factor[r] = (float) (coefficient / rows * outer);
        }
        mean /= rows;
        nextMean /= rows;
    }

    double mean() {
        return mean;
    }

    double nextMean() {
        return Double.isNaN(nextP) ? Double.NaN : nextMean;
    }

    /// Adds the term's gradient by `f` to each entry's.
    ///
    /// @param f `[n]`, activations of one feature, 0 where it is off
    /// @param row `[n]`
    /// @param norm of its decoder row
    /// @param gradient `[n]`
    /// @return the gradient by `norm`
    double backward(float[] f, int[] row, int n, float norm, float[] gradient) {
        double byNormSum = 0;
        if (coefficient == 0) {
            return 0;
        }
        for (int i = 0; i < n; i++) {
            if (f[i] > 0) {
                float c = factor[row[i]];
                if (p == 1) {
                    gradient[i] += byNorm ? c * norm : c;
                    byNormSum += (double) c * f[i];
                } else {
                    double weighted = byNorm ? (double) f[i] * norm : f[i];
                    double slope = c * p * Math.pow(weighted, p - 1);
                    gradient[i] += (float) (byNorm ? slope * norm : slope);
                    byNormSum += slope * f[i];
                }
            }
        }
        return byNorm ? byNormSum : 0;
    }
}
