package dev.sae4j.train.engine;

import dev.sae4j.train.Recipe;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// The constants of one Adam step and the update they drive:
///
///     m = beta1·m + (1 - beta1)·g
///     v = beta2·v + (1 - beta2)·g²
///     w = w - rate/(1 - beta1^t) · m / (sqrt(v)/sqrt(1 - beta2^t) + epsilon)
final class AdamStep {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();

    private final float beta1;
    private final float beta2;
    private final float rest1;
    private final float rest2;
    private final float rate;
    private final float correction2;
    private final float epsilon;

    /// @param step from 1
    AdamStep(Recipe.Adam adam, double learningRate, long step) {
        beta1 = (float) adam.beta1();
        beta2 = (float) adam.beta2();
        rest1 = (float) (1 - adam.beta1());
        rest2 = (float) (1 - adam.beta2());
        rate = (float) (learningRate / (1 - Math.pow(adam.beta1(), (double) step)));
        correction2 = (float) (1 / Math.sqrt(1 - Math.pow(adam.beta2(), (double) step)));
        epsilon = (float) adam.epsilon();
    }

    /// Updates `n` weights and their moments from `at`, with gradients from `gAt`.
    void update(float[] w, float[] m, float[] v, int at, float[] g, int gAt, int n) {
        int i = 0;
        for (; i + LANES <= n; i += LANES) {
            FloatVector grad = FloatVector.fromArray(SPECIES, g, gAt + i);
            FloatVector first =
                    FloatVector.fromArray(SPECIES, m, at + i).mul(beta1).add(grad.mul(rest1));
            FloatVector second =
                    FloatVector.fromArray(SPECIES, v, at + i)
                            .mul(beta2)
                            .add(grad.mul(grad).mul(rest2));
            first.intoArray(m, at + i);
            second.intoArray(v, at + i);
            FloatVector denominator = second.sqrt().mul(correction2).add(epsilon);
            FloatVector.fromArray(SPECIES, w, at + i)
                    .sub(first.mul(rate).div(denominator))
                    .intoArray(w, at + i);
        }
        for (; i < n; i++) {
            updateOne(w, m, v, at + i, g[gAt + i]);
        }
    }

    /// Updates one weight.
    void updateOne(float[] w, float[] m, float[] v, int at, float grad) {
        float first = m[at] * beta1 + grad * rest1;
        float second = v[at] * beta2 + grad * grad * rest2;
        m[at] = first;
        v[at] = second;
        float denominator = (float) Math.sqrt(second) * correction2 + epsilon;
        w[at] -= first * rate / denominator;
    }
}
