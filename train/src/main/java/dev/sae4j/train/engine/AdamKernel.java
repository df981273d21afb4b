package dev.sae4j.train.engine;

import dev.sae4j.train.recipe.Optimizer;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;
import org.jspecify.annotations.Nullable;

/// The constants of one Adam step and the update that they drive, with PyTorch's roundings:
///
///     m = lerp(m, g, 1 - beta1)
///     v = beta2·v + ((1 - beta2)·g)·g
///     w = w + (-rate/(1 - beta1^t)·m) / (sqrt(v)/sqrt(1 - beta2^t) + epsilon)
///
/// With `beta1 = 0`, `m` is `g` and not stored.
final class AdamKernel {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();

    private final Lerp first;
    private final float beta2;
    private final float rest2;
    private final float rate;
    private final float correction2;
    private final float epsilon;

    /// @param step from 1
    AdamKernel(Optimizer.Adam adam, double learningRate, long step) {
        first = Lerp.of(1 - adam.beta1());
        beta2 = (float) adam.beta2();
        rest2 = (float) (1 - adam.beta2());
        rate = (float) -(learningRate / (1 - Math.pow(adam.beta1(), (double) step)));
        correction2 = (float) Math.sqrt(1 - Math.pow(adam.beta2(), (double) step));
        epsilon = (float) adam.epsilon();
    }

    /// Updates `n` weights and their moments from `at`, with gradients from `gAt`.
    ///
    /// @param m null if beta1 is 0
    void update(float[] w, float @Nullable [] m, float[] v, int at, float[] g, int gAt, int n) {
        int done = m == null ? second(w, v, at, g, gAt, n) : both(w, m, v, at, g, gAt, n);
        for (int i = done; i < n; i++) {
            updateOne(w, m, v, at + i, g[gAt + i]);
        }
    }

    /// Updates one weight.
    void updateOne(float[] w, float @Nullable [] m, float[] v, int at, float gradient) {
        float mean = gradient;
        if (m != null) {
            mean = first.between(m[at], gradient);
            m[at] = mean;
        }
        float square = Math.fma(rest2 * gradient, gradient, v[at] * beta2);
        v[at] = square;
        w[at] += rate * mean / ((float) Math.sqrt(square) / correction2 + epsilon);
    }

    private int both(float[] w, float[] m, float[] v, int at, float[] g, int gAt, int n) {
        VectorMask<Float> mask = first.mask(SPECIES);
        int i = 0;
        for (; i + LANES <= n; i += LANES) {
            FloatVector gradient = FloatVector.fromArray(SPECIES, g, gAt + i);
            FloatVector mean =
                    first.between(FloatVector.fromArray(SPECIES, m, at + i), gradient, mask);
            mean.intoArray(m, at + i);
            step(w, v, at + i, gradient, mean);
        }
        return i;
    }

    private int second(float[] w, float[] v, int at, float[] g, int gAt, int n) {
        int i = 0;
        for (; i + LANES <= n; i += LANES) {
            FloatVector gradient = FloatVector.fromArray(SPECIES, g, gAt + i);
            step(w, v, at + i, gradient, gradient);
        }
        return i;
    }

    private void step(float[] w, float[] v, int at, FloatVector gradient, FloatVector mean) {
        FloatVector kept = FloatVector.fromArray(SPECIES, v, at).mul(beta2);
        FloatVector square = gradient.mul(rest2).fma(gradient, kept);
        square.intoArray(v, at);
        FloatVector denominator = square.sqrt().div(correction2).add(epsilon);
        FloatVector.fromArray(SPECIES, w, at).add(mean.mul(rate).div(denominator)).intoArray(w, at);
    }
}
