package dev.sae4j.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/// The sum of a vector's lanes in a fixed order: halves added to halves.
///
/// `FloatVector.reduceLanes(ADD)` may add in any order, and does: the interpreter's differs from the
/// compiler's, so a result would depend on when the method was compiled.
final class Horizontal {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();
    private static final VectorShuffle<Float> BY_8 = rotation(8);
    private static final VectorShuffle<Float> BY_4 = rotation(4);
    private static final VectorShuffle<Float> BY_2 = rotation(2);
    private static final VectorShuffle<Float> BY_1 = rotation(1);

    private Horizontal() {}

    static float sum(FloatVector v) {
        FloatVector s = v;
        for (int half = LANES / 2; half > 8; half /= 2) { // wider than 512 bits
            s = s.add(s.rearrange(rotation(half)));
        }
        if (LANES > 8) {
            s = s.add(s.rearrange(BY_8));
        }
        if (LANES > 4) {
            s = s.add(s.rearrange(BY_4));
        }
        if (LANES > 2) {
            s = s.add(s.rearrange(BY_2));
        }
        if (LANES > 1) {
            s = s.add(s.rearrange(BY_1));
        }
        return s.lane(0);
    }

    private static VectorShuffle<Float> rotation(int by) {
        return VectorShuffle.iota(SPECIES, by, 1, true);
    }
}
