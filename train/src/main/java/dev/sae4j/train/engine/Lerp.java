package dev.sae4j.train.engine;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/// `from + weight·(to - from)` with the roundings of `torch.lerp`: from a weight of 0.5 on, it is
/// `to + (weight - 1)·(to - from)`, so that a weight of 1 gives `to` itself.
///
/// @param factor of the difference
/// @param fromEnd true for the second form
record Lerp(float factor, boolean fromEnd) {
    static Lerp of(double weight) {
        float w = (float) weight;
        boolean fromEnd = Math.abs(w) >= 0.5f;
        return new Lerp(fromEnd ? w - 1 : w, fromEnd);
    }

    float between(float from, float to) {
        return Math.fma(factor, to - from, fromEnd ? to : from);
    }

    /// @param mask [#mask] of the vectors' species
    FloatVector between(FloatVector from, FloatVector to, VectorMask<Float> mask) {
        return to.sub(from)
                .fma(FloatVector.broadcast(from.species(), factor), from.blend(to, mask));
    }

    VectorMask<Float> mask(VectorSpecies<Float> species) {
        return species.maskAll(fromEnd);
    }
}
