package dev.sae4j.kernel;

import jdk.incubator.vector.FloatVector;

/// The hyperbolic tangent and the error function in single precision, as quotients of polynomials:
/// `x * P(x^2) / Q(x^2)`, with x held where the function has reached its limit. Errors stay below
/// 5e-7, relative to the result. NaN stays NaN. Both forms give the same bits.
///
/// The coefficients are those of the Eigen library.
final class Sigmoids {
    private static final float TANH_END = 7.905311f;
    private static final float[] TANH_P = {
        -2.7607684e-16f,
        2.000188e-13f,
        -8.604672e-11f,
        5.1222973e-8f,
        1.48572235e-5f,
        6.3726195e-4f,
        0.0048935246f
    };
    private static final float[] TANH_Q = {
        1.1982584e-6f, 1.1853471e-4f, 0.0022684347f, 0.004893525f
    };
    private static final float ERF_END = 4f;
    private static final float[] ERF_P = {
        -2.7261424e-10f,
        2.7706815e-8f,
        -2.101024e-6f,
        -5.6925062e-5f,
        -7.3499064e-4f,
        -0.0029546f,
        -0.016096033f
    };
    private static final float[] ERF_Q = {
        -1.45660715e-5f, -2.1337405e-4f, -0.001682827f, -0.0073733293f, -0.014264739f
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
