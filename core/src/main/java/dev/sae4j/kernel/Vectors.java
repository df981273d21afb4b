package dev.sae4j.kernel;

import jdk.incubator.vector.FloatVector;
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
        float sum = Horizontal.sum(s0.add(s1).add(s2.add(s3)));
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

    /// `y += s0·x0 + s1·x1 + s2·x2 + s3·x3` over `n` floats, one pass over `y` instead of four.
    public static void addScaled4(
            float[] scale,
            int scaleAt,
            float[] x,
            int x0,
            int x1,
            int x2,
            int x3,
            float[] y,
            int yAt,
            int n) {
        float s0 = scale[scaleAt];
        float s1 = scale[scaleAt + 1];
        float s2 = scale[scaleAt + 2];
        float s3 = scale[scaleAt + 3];
        FloatVector v0 = FloatVector.broadcast(SPECIES, s0);
        FloatVector v1 = FloatVector.broadcast(SPECIES, s1);
        FloatVector v2 = FloatVector.broadcast(SPECIES, s2);
        FloatVector v3 = FloatVector.broadcast(SPECIES, s3);
        int i = 0;
        for (; i + LANES <= n; i += LANES) {
            FloatVector sum = v0.fma(load(x, x0 + i), load(y, yAt + i));
            sum = v1.fma(load(x, x1 + i), sum);
            sum = v2.fma(load(x, x2 + i), sum);
            v3.fma(load(x, x3 + i), sum).intoArray(y, yAt + i);
        }
        for (; i < n; i++) {
            float sum = Math.fma(s0, x[x0 + i], y[yAt + i]);
            sum = Math.fma(s1, x[x1 + i], sum);
            sum = Math.fma(s2, x[x2 + i], sum);
            y[yAt + i] = Math.fma(s3, x[x3 + i], sum);
        }
    }

    /// Four dot products with one vector: `out[outAt + i] = a · b_i` over `n` floats.
    public static void dot4(
            float[] a,
            int aAt,
            float[] b,
            int b0,
            int b1,
            int b2,
            int b3,
            int n,
            float[] out,
            int outAt) {
        FloatVector s0 = FloatVector.zero(SPECIES);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        int i = 0;
        for (; i + LANES <= n; i += LANES) {
            FloatVector v = load(a, aAt + i);
            s0 = v.fma(load(b, b0 + i), s0);
            s1 = v.fma(load(b, b1 + i), s1);
            s2 = v.fma(load(b, b2 + i), s2);
            s3 = v.fma(load(b, b3 + i), s3);
        }
        float t0 = Horizontal.sum(s0);
        float t1 = Horizontal.sum(s1);
        float t2 = Horizontal.sum(s2);
        float t3 = Horizontal.sum(s3);
        for (; i < n; i++) {
            float v = a[aAt + i];
            t0 = Math.fma(v, b[b0 + i], t0);
            t1 = Math.fma(v, b[b1 + i], t1);
            t2 = Math.fma(v, b[b2 + i], t2);
            t3 = Math.fma(v, b[b3 + i], t3);
        }
        out[outAt] = t0;
        out[outAt + 1] = t1;
        out[outAt + 2] = t2;
        out[outAt + 3] = t3;
    }

    /// `out[i] = (a[i] - b[i]) * scale` over `n` floats.
    public static void scaledDifference(
            float[] a, int aAt, float[] b, int bAt, float scale, float[] out, int outAt, int n) {
        int i = 0;
        for (; i + LANES <= n; i += LANES) {
            load(a, aAt + i).sub(load(b, bAt + i)).mul(scale).intoArray(out, outAt + i);
        }
        for (; i < n; i++) {
            out[outAt + i] = (a[aAt + i] - b[bAt + i]) * scale;
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
        float rest = Horizontal.sum(zeros);
        for (; i < n; i++) {
            rest += x[at + i] * 0f;
        }
        return !Float.isNaN(rest);
    }

    public static void weightedRowSum(
            float[] x, int width, int[] rows, float[] scale, int from, int to, float[] out, int outAt) {
        for (int i = from; i < to; i++) {
            addScaled(scale[i], x, rows[i] * width, out, outAt, width);
        }
    }

    public static void dotRows(
            float[] a, int aAt, float[] w, int[] rows, int from, int to, int width, float[] out) {
        for (int i = from; i < to; i++) {
            out[i] = dot(a, aAt, w, rows[i] * width, width);
        }
    }

    private static FloatVector load(float[] x, int at) {
        return FloatVector.fromArray(SPECIES, x, at);
    }
}
