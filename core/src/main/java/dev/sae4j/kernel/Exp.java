package dev.sae4j.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/// The exponential function in single precision, relative error below 2e-7.
///
/// `e^x = 2^n * e^r` with n the integer nearest to `x / ln 2`, and `e^r` from a polynomial (the one
/// of the Cephes library). Below -87.3 the result is 0, above 88.3 infinity; NaN stays NaN. Both
/// forms give the same bits.
final class Exp {
    private static final float LOG2_E = 1.442695f;
    private static final float LN2_HIGH = 0.6933594f;
    private static final float LN2_LOW = -0.00021219444f;

    /// Adding this rounds a float to an integer, which then stands in its lowest bits.
    private static final float ROUND = 12582912f; // 1.5 * 2^23

    private static final float MIN = -87.3f;
    private static final float MAX = 88.3f;
    private static final float C0 = 0.00019875691f;
    private static final float C1 = 0.0013981999f;
    private static final float C2 = 0.008333452f;
    private static final float C3 = 0.041665796f;
    private static final float C4 = 0.16666666f;
    private static final float C5 = 0.5f;

    private Exp() {}

    static FloatVector of(FloatVector x) {
        FloatVector shifted = x.fma(broadcast(LOG2_E), broadcast(ROUND));
        FloatVector n = shifted.sub(ROUND);
        FloatVector r = n.fma(broadcast(-LN2_HIGH), x);
        r = n.fma(broadcast(-LN2_LOW), r);
        FloatVector p = r.fma(broadcast(C0), broadcast(C1));
        p = p.fma(r, broadcast(C2));
        p = p.fma(r, broadcast(C3));
        p = p.fma(r, broadcast(C4));
        p = p.fma(r, broadcast(C5));
        p = p.fma(r.mul(r), r.add(1f));
        FloatVector scale =
                shifted.reinterpretAsInts()
                        .lanewise(VectorOperators.LSHL, 23)
                        .add(0x3f800000)
                        .reinterpretAsFloats();
        return p.mul(scale)
                .blend(0f, x.compare(VectorOperators.LT, MIN))
                .blend(Float.POSITIVE_INFINITY, x.compare(VectorOperators.GT, MAX));
    }

    static float of(float x) {
        if (x < MIN) {
            return 0f;
        }
        if (x > MAX) {
            return Float.POSITIVE_INFINITY;
        }
        float shifted = Math.fma(x, LOG2_E, ROUND);
        float n = shifted - ROUND;
        float r = Math.fma(n, -LN2_LOW, Math.fma(n, -LN2_HIGH, x));
        float p = Math.fma(r, C0, C1);
        p = Math.fma(p, r, C2);
        p = Math.fma(p, r, C3);
        p = Math.fma(p, r, C4);
        p = Math.fma(p, r, C5);
        p = Math.fma(p, r * r, r + 1f);
        return p * Float.intBitsToFloat((Float.floatToRawIntBits(shifted) << 23) + 0x3f800000);
    }

    private static FloatVector broadcast(float value) {
        return FloatVector.broadcast(Tile.SPECIES, value);
    }
}
