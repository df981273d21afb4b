package dev.sae4j.kernel;

import jdk.incubator.vector.FloatVector;

/// The loops of [MlpActivation], apart from it: whoever only names a function loads no vector
/// classes. Vectors and single floats give the same bits.
final class ActivationLoops {
    private static final float SQRT_HALF = (float) Math.sqrt(0.5);
    private static final float SQRT_2_OVER_PI = (float) Math.sqrt(2 / Math.PI);
    private static final float CUBE = 0.044715f;

    private ActivationLoops() {}

    static void silu(float[] x, int at, int n, int vectors) {
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

    static void gelu(float[] x, int at, int n, int vectors) {
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

    static void geluTanh(float[] x, int at, int n, int vectors) {
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
