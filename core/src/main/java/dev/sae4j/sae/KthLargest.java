package dev.sae4j.sae;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// The k-th largest of some values, found by halving the range in which it is and counting: no
/// sorting, no branches to mispredict.
public final class KthLargest {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();

    private KthLargest() {}

    /// The k-th largest of the first `n` values: `k` of them are at least so large, fewer than `k`
    /// are larger. NaN counts as smaller than everything. Negative infinity if fewer than `k` are
    /// above that.
    ///
    /// @param k from 1
    public static float of(float[] values, int n, int k) {
        int low = key(Float.NEGATIVE_INFINITY);
        int high = key(Float.POSITIVE_INFINITY);
        if (countFrom(values, n, fromKey(low + 1)) < k) {
            return Float.NEGATIVE_INFINITY;
        }
        // k are at least low, fewer are above high
        while (low < high) {
            int middle = (int) (((long) low + high + 1) >> 1);
            if (countFrom(values, n, fromKey(middle)) >= k) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return fromKey(low);
    }

    /// How many of the first `n` values are at least `least`.
    private static int countFrom(float[] values, int n, float least) {
        int count = 0;
        int i = 0;
        for (; i + LANES <= n; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, values, i);
            count += v.compare(VectorOperators.GE, least).trueCount();
        }
        for (; i < n; i++) {
            count += values[i] >= least ? 1 : 0;
        }
        return count;
    }

    /// A whole number that grows with the value.
    static int key(float v) {
        int bits = Float.floatToRawIntBits(v);
        return bits ^ ((bits >> 31) & 0x7fffffff);
    }

    static float fromKey(int key) {
        return Float.intBitsToFloat(key ^ ((key >> 31) & 0x7fffffff));
    }
}
