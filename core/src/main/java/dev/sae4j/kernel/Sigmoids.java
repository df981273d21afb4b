package dev.sae4j.kernel;

import jdk.incubator.vector.FloatVector;

/// The hyperbolic tangent and the error function in single precision, as quotients of polynomials:
/// `x * P(x^2) / Q(x^2)`, with x held where the function has reached its limit. Errors stay below
/// 5e-7, relative to the result. NaN stays NaN. Both forms give the same bits.
///
/// The coefficients are those of the Eigen library.
final class Sigmoids {
    private static final float TANH_END = 7.90531110763549805f;
    private static final float[] TANH_P = {
        -2.76076847742355e-16f,
        2.00018790482477e-13f,
        -8.60467152213735e-11f,
        5.12229709037114e-08f,
        1.48572235717979e-05f,
        6.37261928875436e-04f,
        4.89352455891786e-03f
    };
    private static final float[] TANH_Q = {
        1.19825839466702e-06f, 1.18534705686654e-04f, 2.26843463243900e-03f, 4.89352518554385e-03f
    };
    private static final float ERF_END = 4f;
    private static final float[] ERF_P = {
        -2.72614225801306e-10f,
        2.77068142495902e-08f,
        -2.10102402082508e-06f,
        -5.69250639462346e-05f,
        -7.34990630306855e-04f,
        -2.95459980854025e-03f,
        -1.60960333262415e-02f
    };
    private static final float[] ERF_Q = {
        -1.45660718464996e-05f,
        -2.13374055278905e-04f,
        -1.68282697438203e-03f,
        -7.37332916720468e-03f,
        -1.42647390514189e-02f
    };

    private Sigmoids() {}

    static FloatVector tanh(FloatVector x) {
        FloatVector held = x.max(-TANH_END).min(TANH_END);
        FloatVector square = held.mul(held);
        FloatVector p = broadcast(TANH_P[0]);
        for (int i = 1; i < 7; i++) {
            p = p.fma(square, broadcast(TANH_P[i]));
        }
        FloatVector q = broadcast(TANH_Q[0]);
        for (int i = 1; i < 4; i++) {
            q = q.fma(square, broadcast(TANH_Q[i]));
        }
        return held.mul(p).div(q);
    }

    static float tanh(float x) {
        return quotient(Math.clamp(x, -TANH_END, TANH_END), TANH_P, TANH_Q);
    }

    static FloatVector erf(FloatVector x) {
        FloatVector held = x.max(-ERF_END).min(ERF_END);
        FloatVector square = held.mul(held);
        FloatVector p = broadcast(ERF_P[0]);
        for (int i = 1; i < 7; i++) {
            p = p.fma(square, broadcast(ERF_P[i]));
        }
        FloatVector q = broadcast(ERF_Q[0]);
        for (int i = 1; i < 5; i++) {
            q = q.fma(square, broadcast(ERF_Q[i]));
        }
        return held.mul(p).div(q);
    }

    static float erf(float x) {
        return quotient(Math.clamp(x, -ERF_END, ERF_END), ERF_P, ERF_Q);
    }

    private static float quotient(float x, float[] upper, float[] lower) {
        float square = x * x;
        float p = upper[0];
        for (int i = 1; i < upper.length; i++) {
            p = Math.fma(p, square, upper[i]);
        }
        float q = lower[0];
        for (int i = 1; i < lower.length; i++) {
            q = Math.fma(q, square, lower[i]);
        }
        return x * p / q;
    }

    private static FloatVector broadcast(float value) {
        return FloatVector.broadcast(Tile.SPECIES, value);
    }
}
