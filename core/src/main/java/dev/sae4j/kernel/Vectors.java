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

    /// `out += sum over i of scale[i] · x[rows[i]]`, term by term in ascending order of i, each a fused
    /// multiply-add: how a sparse code is decoded and how a feature's gradient is summed.
    ///
    /// @param x `[any, width]`
    /// @param rows which rows of x, of which `from .. to` count
    /// @param scale what each is multiplied with, at the same places
    /// @param out `[width]` from `outAt`
    public static void weightedRowSum(
            float[] x,
            int width,
            int[] rows,
            float[] scale,
            int from,
            int to,
            float[] out,
            int outAt) {
        int i = from;
        for (; i + 8 <= to; i += 8) {
            addScaled8(x, width, rows, scale, i, out, outAt);
        }
        if (i + 4 <= to) {
            int r = rows[i] * width;
            int r1 = rows[i + 1] * width;
            int r2 = rows[i + 2] * width;
            int r3 = rows[i + 3] * width;
            addScaled4(scale, i, x, r, r1, r2, r3, out, outAt, width);
            i += 4;
        }
        for (; i < to; i++) {
            addScaled(scale[i], x, rows[i] * width, out, outAt, width);
        }
    }

    /// Eight rows at once: so many streams hide most of the way to memory, and `y` is read once.
    private static void addScaled8(
            float[] x, int width, int[] rows, float[] scale, int i, float[] y, int yAt) {
        int r0 = rows[i] * width;
        int r1 = rows[i + 1] * width;
        int r2 = rows[i + 2] * width;
        int r3 = rows[i + 3] * width;
        int r4 = rows[i + 4] * width;
        int r5 = rows[i + 5] * width;
        int r6 = rows[i + 6] * width;
        int r7 = rows[i + 7] * width;
        FloatVector s0 = FloatVector.broadcast(SPECIES, scale[i]);
        FloatVector s1 = FloatVector.broadcast(SPECIES, scale[i + 1]);
        FloatVector s2 = FloatVector.broadcast(SPECIES, scale[i + 2]);
        FloatVector s3 = FloatVector.broadcast(SPECIES, scale[i + 3]);
        FloatVector s4 = FloatVector.broadcast(SPECIES, scale[i + 4]);
        FloatVector s5 = FloatVector.broadcast(SPECIES, scale[i + 5]);
        FloatVector s6 = FloatVector.broadcast(SPECIES, scale[i + 6]);
        FloatVector s7 = FloatVector.broadcast(SPECIES, scale[i + 7]);
        int d = 0;
        for (; d + LANES <= width; d += LANES) {
            FloatVector sum = s0.fma(load(x, r0 + d), load(y, yAt + d));
            sum = s1.fma(load(x, r1 + d), sum);
            sum = s2.fma(load(x, r2 + d), sum);
            sum = s3.fma(load(x, r3 + d), sum);
            sum = s4.fma(load(x, r4 + d), sum);
            sum = s5.fma(load(x, r5 + d), sum);
            sum = s6.fma(load(x, r6 + d), sum);
            s7.fma(load(x, r7 + d), sum).intoArray(y, yAt + d);
        }
        for (; d < width; d++) {
            for (int r = i; r < i + 8; r++) {
                y[yAt + d] = Math.fma(scale[r], x[rows[r] * width + d], y[yAt + d]);
            }
        }
    }

    /// Dot products of one vector with rows of a matrix: `out[i] = a · w[rows[i]]` for each i of
    /// `from .. to`. A product does not depend on its neighbours in the list.
    ///
    /// @param a `[width]` from `aAt`
    /// @param w `[any, width]`
    public static void dotRows(
            float[] a, int aAt, float[] w, int[] rows, int from, int to, int width, float[] out) {
        int i = from;
        for (; i + 8 <= to; i += 8) {
            dot8(a, aAt, w, rows, i, width, out);
        }
        for (; i < to; i++) {
            int r = rows[i] * width;
            FloatVector sum = FloatVector.zero(SPECIES);
            int d = 0;
            for (; d + LANES <= width; d += LANES) {
                sum = load(a, aAt + d).fma(load(w, r + d), sum);
            }
            out[i] = finishDot(a, aAt, w, r, d, width, sum);
        }
    }

    private static void dot8(
            float[] a, int aAt, float[] w, int[] rows, int i, int width, float[] out) {
        int r0 = rows[i] * width;
        int r1 = rows[i + 1] * width;
        int r2 = rows[i + 2] * width;
        int r3 = rows[i + 3] * width;
        int r4 = rows[i + 4] * width;
        int r5 = rows[i + 5] * width;
        int r6 = rows[i + 6] * width;
        int r7 = rows[i + 7] * width;
        FloatVector s0 = FloatVector.zero(SPECIES);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        FloatVector s4 = s0;
        FloatVector s5 = s0;
        FloatVector s6 = s0;
        FloatVector s7 = s0;
        int d = 0;
        for (; d + LANES <= width; d += LANES) {
            FloatVector v = load(a, aAt + d);
            s0 = v.fma(load(w, r0 + d), s0);
            s1 = v.fma(load(w, r1 + d), s1);
            s2 = v.fma(load(w, r2 + d), s2);
            s3 = v.fma(load(w, r3 + d), s3);
            s4 = v.fma(load(w, r4 + d), s4);
            s5 = v.fma(load(w, r5 + d), s5);
            s6 = v.fma(load(w, r6 + d), s6);
            s7 = v.fma(load(w, r7 + d), s7);
        }
        out[i] = finishDot(a, aAt, w, r0, d, width, s0);
        out[i + 1] = finishDot(a, aAt, w, r1, d, width, s1);
        out[i + 2] = finishDot(a, aAt, w, r2, d, width, s2);
        out[i + 3] = finishDot(a, aAt, w, r3, d, width, s3);
        out[i + 4] = finishDot(a, aAt, w, r4, d, width, s4);
        out[i + 5] = finishDot(a, aAt, w, r5, d, width, s5);
        out[i + 6] = finishDot(a, aAt, w, r6, d, width, s6);
        out[i + 7] = finishDot(a, aAt, w, r7, d, width, s7);
    }

    /// Adds the lanes of a sum and what is left of the row from `d`.
    private static float finishDot(
            float[] a, int aAt, float[] w, int r, int d, int width, FloatVector lanes) {
        float sum = Horizontal.sum(lanes);
        for (int i = d; i < width; i++) {
            sum = Math.fma(a[aAt + i], w[r + i], sum);
        }
        return sum;
    }

    private static FloatVector load(float[] x, int at) {
        return FloatVector.fromArray(SPECIES, x, at);
    }
}
