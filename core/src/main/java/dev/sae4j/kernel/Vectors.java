package dev.sae4j.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// Loops over stretches of float arrays. [Scalar] holds the twin of each.
public final class Vectors {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();

    private Vectors() {}

    /// Sum of `a[i] * b[i]` over `n` floats. Four partial sums, so the order of additions differs
    /// from the scalar twin's.
    public static float dot(float[] a, int aAt, float[] b, int bAt, int n) {
        FloatVector s0 = FloatVector.zero(SPECIES);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        int i = 0;
        for (; i + 4 * LANES <= n; i += 4 * LANES) {
            s0 = load(a, aAt + i).fma(load(b, bAt + i), s0);
            s1 = load(a, aAt + i + LANES).fma(load(b, bAt + i + LANES), s1);
            s2 = load(a, aAt + i + 2 * LANES).fma(load(b, bAt + i + 2 * LANES), s2);
            s3 = load(a, aAt + i + 3 * LANES).fma(load(b, bAt + i + 3 * LANES), s3);
        }
        for (; i + LANES <= n; i += LANES) {
            s0 = load(a, aAt + i).fma(load(b, bAt + i), s0);
        }
        float sum = s0.add(s1).add(s2.add(s3)).reduceLanes(VectorOperators.ADD);
        for (; i < n; i++) {
            sum = Math.fma(a[aAt + i], b[bAt + i], sum);
        }
        return sum;
    }

    /// `y += scale * x` over `n` floats.
    public static void addScaled(float scale, float[] x, int xAt, float[] y, int yAt, int n) {
        FloatVector s = FloatVector.broadcast(SPECIES, scale);
        int i = 0;
        for (; i + LANES <= n; i += LANES) {
            s.fma(load(x, xAt + i), load(y, yAt + i)).intoArray(y, yAt + i);
        }
        for (; i < n; i++) {
            y[yAt + i] = Math.fma(scale, x[xAt + i], y[yAt + i]);
        }
    }

    /// `x *= scale` over `n` floats.
    public static void scale(float scale, float[] x, int at, int n) {
        int i = 0;
        for (; i + LANES <= n; i += LANES) {
            load(x, at + i).mul(scale).intoArray(x, at + i);
        }
        for (; i < n; i++) {
            x[at + i] *= scale;
        }
    }

    /// Sum of squares of `n` floats.
    public static float squaredNorm(float[] x, int at, int n) {
        return dot(x, at, x, at, n);
    }

    /// True if none of `n` floats is NaN or infinite.
    public static boolean allFinite(float[] x, int at, int n) {
        FloatVector zeros = FloatVector.zero(SPECIES);
        int i = 0;
        for (; i + LANES <= n; i += LANES) {
            // x * 0 is 0 for finite x and NaN otherwise, and NaN survives the sum
            zeros = load(x, at + i).mul(0f).add(zeros);
        }
        float rest = zeros.reduceLanes(VectorOperators.ADD);
        for (; i < n; i++) {
            rest += x[at + i] * 0f;
        }
        return !Float.isNaN(rest);
    }

    private static FloatVector load(float[] x, int at) {
        return FloatVector.fromArray(SPECIES, x, at);
    }
}
