package dev.sae4j.train.engine;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// One step of sign descent inside a schedule-free average, with the roundings of the `schedulefree`
/// package's wrapper:
///
///     x = lerp(y, z, 1 - 1/momentum)
///     z = z - rate·sign(g)
///     x = lerp(x, z, share)
///     y = lerp(x, z, 1 - momentum)
///
/// @param rate of this step
/// @param recover gives `x` from `y` and `z`
/// @param average moves `x` towards `z`
/// @param mix gives `y` from `x` and `z`
record SignumKernel(float rate, Lerp recover, Lerp average, Lerp mix) {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();

    /// @param share of the new `z` in the average
    static SignumKernel of(double momentum, double rate, double share) {
        return new SignumKernel(
                (float) rate, recovery(momentum), Lerp.of(share), Lerp.of(1 - momentum));
    }

    /// What gives `x` from `y` and `z`.
    static Lerp recovery(double momentum) {
        return Lerp.of(1 - 1 / momentum);
    }

    /// Updates `n` weights `y` and their `z` from `at`, with gradients from `gAt`.
    void update(float[] y, float[] z, int at, float[] g, int gAt, int n) {
        VectorMask<Float> recoverMask = recover.mask(SPECIES);
        VectorMask<Float> averageMask = average.mask(SPECIES);
        VectorMask<Float> mixMask = mix.mask(SPECIES);
        int i = 0;
        for (; i + LANES <= n; i += LANES) {
            FloatVector base = FloatVector.fromArray(SPECIES, z, at + i);
            FloatVector x =
                    recover.between(FloatVector.fromArray(SPECIES, y, at + i), base, recoverMask);
            FloatVector moved = base.sub(signed(FloatVector.fromArray(SPECIES, g, gAt + i)));
            moved.intoArray(z, at + i);
            x = average.between(x, moved, averageMask);
            mix.between(x, moved, mixMask).intoArray(y, at + i);
        }
        for (; i < n; i++) {
            updateOne(y, z, at + i, g[gAt + i]);
        }
    }

    /// Updates one weight.
    void updateOne(float[] y, float[] z, int at, float gradient) {
        float x = recover.between(y[at], z[at]);
        z[at] -= signed(gradient);
        x = average.between(x, z[at]);
        y[at] = mix.between(x, z[at]);
    }

    /// `y -= rate·sign(g)`: a step without an average.
    static void descend(double rate, float[] y, int at, float[] g, int gAt, int n) {
        float r = (float) rate;
        for (int i = 0; i < n; i++) {
            float gradient = g[gAt + i];
            y[at + i] -= gradient > 0 ? r : gradient < 0 ? -r : 0f;
        }
    }

    private float signed(float gradient) {
        return gradient > 0 ? rate : gradient < 0 ? -rate : 0f;
    }

    private FloatVector signed(FloatVector gradient) {
        return FloatVector.zero(SPECIES)
                .blend(rate, gradient.compare(VectorOperators.GT, 0f))
                .blend(-rate, gradient.compare(VectorOperators.LT, 0f));
    }
}
