package dev.sae4j.kernel;

import jdk.incubator.vector.FloatVector;

/// The function between the two halves of a feed-forward layer.
public enum MlpActivation {
    /// `x / (1 + exp(-x))`
    SILU,
    /// `x / 2 * (1 + erf(x / sqrt(2)))`
    GELU,
    /// GELU with `tanh(sqrt(2 / pi) * (x + 0.044715 x^3))` in place of the error function.
    GELU_TANH;

    static final FirstWork FIRST = new FirstWork(1 << 21);
    private static final float SQRT_HALF = (float) Math.sqrt(0.5);
    private static final float SQRT_2_OVER_PI = (float) Math.sqrt(2 / Math.PI);
    private static final float CUBE = 0.044715f;

    /// Replaces `n` floats by the function's values.
    public void apply(float[] x, int at, int n) {
        apply(x, at, n, FIRST.takes(n) ? 0 : n);
    }

    /// @param vectors of the floats, how many may go by vectors
    void apply(float[] x, int at, int n, int vectors) {
        switch (this) {
            case SILU -> silu(x, at, n, vectors);
            case GELU -> gelu(x, at, n, vectors);
            case GELU_TANH -> geluTanh(x, at, n, vectors);
        }
    }

    private static void silu(float[] x, int at, int n, int vectors) {
        int i = 0;
        for (; i + Tile.LANES <= vectors; i += Tile.LANES) {
            FloatVector v = FloatVector.fromArray(Tile.SPECIES, x, at + i);
            v.div(Exp.of(v.neg()).add(1f)).intoArray(x, at + i);
        }
        for (; i < n; i++) {
            float v = x[at + i];
            x[at + i] = v / (Exp.of(-v) + 1f);
        }
    }

    private static void gelu(float[] x, int at, int n, int vectors) {
        int i = 0;
        for (; i + Tile.LANES <= vectors; i += Tile.LANES) {
            FloatVector v = FloatVector.fromArray(Tile.SPECIES, x, at + i);
            FloatVector e = Sigmoids.erf(v.mul(SQRT_HALF)).add(1f);
            v.mul(0.5f).mul(e).intoArray(x, at + i);
        }
        for (; i < n; i++) {
            float v = x[at + i];
            x[at + i] = v * 0.5f * (Sigmoids.erf(v * SQRT_HALF) + 1f);
        }
    }

    private static void geluTanh(float[] x, int at, int n, int vectors) {
        int i = 0;
        for (; i + Tile.LANES <= vectors; i += Tile.LANES) {
            FloatVector v = FloatVector.fromArray(Tile.SPECIES, x, at + i);
            FloatVector inner = v.mul(v).mul(v).mul(CUBE).add(v).mul(SQRT_2_OVER_PI);
            v.mul(0.5f).mul(Sigmoids.tanh(inner).add(1f)).intoArray(x, at + i);
        }
        for (; i < n; i++) {
            float v = x[at + i];
            float inner = (v * v * v * CUBE + v) * SQRT_2_OVER_PI;
            x[at + i] = v * 0.5f * (Sigmoids.tanh(inner) + 1f);
        }
    }
}
