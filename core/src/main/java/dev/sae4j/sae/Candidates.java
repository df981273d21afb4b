package dev.sae4j.sae;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// What may still be among the `k` largest values of a row, in ascending order of columns.
///
/// There is room for about twice as many. When it is full, a limit is searched that `k` entries or a
/// few more are above; the others go, and what comes later must be above it too. The search halves
/// the range of the limit and counts what is above: plain vector code without branches to mispredict,
/// cheaper than a heap.
final class Candidates {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();
    private static final IntVector LANE = IntVector.zero(INTS).addIndex(1);

    private final int k;
    private final boolean absolute;
    private final float[] value;
    private final int[] column;
    private int count;
    private float limit;

    /// @param absolute true to rank by magnitude
    Candidates(int k, boolean absolute) {
        this.k = k;
        this.absolute = absolute;
        int room = Math.addExact(k, Math.max(k, 48));
        this.value = new float[Math.ceilDiv(room, LANES) * LANES];
        this.column = new int[value.length];
        clear();
    }

    private void clear() {
        count = 0;
        limit = absolute ? -1 : Float.NEGATIVE_INFINITY; // magnitudes are above -1
    }

    /// What a later value must be above to be of use.
    float limit() {
        return limit;
    }

    /// Takes what may be of use of a vector of values.
    ///
    /// @param j column of the first
    void offer(int j, FloatVector z) {
        if (count + LANES > value.length) {
            trim(k / 8);
        }
        FloatVector rank = absolute ? z.abs() : z;
        VectorMask<Float> above = rank.compare(VectorOperators.GT, limit);
        z.compress(above).intoArray(value, count);
        LANE.add(j).compress(above.cast(INTS)).intoArray(column, count);
        count += above.trueCount();
    }

    /// Takes a value if it may be of use.
    void offer(int j, float v) {
        if (rank(v) > limit && count == value.length) {
            trim(k / 8);
        }
        if (rank(v) > limit) {
            value[count] = v;
            column[count++] = j;
        }
    }

    /// Writes the `k` largest from `at` and empties itself. Of equal ones the first are kept.
    void finish(float[] values, int[] columns, int at) {
        if (count > k) {
            trim(0);
        }
        System.arraycopy(value, 0, values, at, count);
        System.arraycopy(column, 0, columns, at, count);
        clear();
    }

    /// Keeps `k` to `k + slack` entries, the largest.
    private void trim(int slack) {
        int high = KthLargest.key(greatest());
        int low = Math.max(KthLargest.key(limit), KthLargest.key(least()) - 1);
        Arrays.fill(value, count, value.length, Float.NaN); // above nothing
        int above = countAbove(KthLargest.fromKey(low)); // less than all if ties were kept
        if (above < k) {
            high = low;
        }
        while (above > k + slack && low + 1 < high) {
            // at least k are above low, fewer above high
            int middle = (int) (((long) low + high) >> 1);
            int n = countAbove(KthLargest.fromKey(middle));
            if (n >= k) {
                low = middle;
                above = n;
            } else {
                high = middle;
            }
        }
        if (above >= k && above <= k + slack) {
            keepAbove(KthLargest.fromKey(low));
        } else {
            float least = KthLargest.fromKey(high);
            keep(least, k - countAbove(least));
        }
    }

    /// The largest rank.
    private float greatest() {
        Arrays.fill(value, count, value.length, value[0]);
        FloatVector most = ranks(0);
        for (int i = LANES; i < value.length; i += LANES) {
            most = most.max(ranks(i));
        }
        return most.reduceLanes(VectorOperators.MAX);
    }

    /// The smallest rank.
    private float least() {
        Arrays.fill(value, count, value.length, value[0]);
        FloatVector least = ranks(0);
        for (int i = LANES; i < value.length; i += LANES) {
            least = least.min(ranks(i));
        }
        return least.reduceLanes(VectorOperators.MIN);
    }

    private void keepAbove(float least) {
        int kept = 0;
        for (int i = 0; i < value.length; i += LANES) {
            VectorMask<Float> above = ranks(i).compare(VectorOperators.GT, least);
            // what is written over behind the kept ones has been read
            FloatVector.fromArray(SPECIES, value, i).compress(above).intoArray(value, kept);
            IntVector.fromArray(INTS, column, i).compress(above.cast(INTS)).intoArray(column, kept);
            kept += above.trueCount();
        }
        count = kept;
        limit = least;
    }

    /// Keeps what is above `least`, and the first `ties` of what is equal to it.
    private void keep(float least, int ties) {
        int kept = 0;
        int equal = ties;
        for (int i = 0; i < count; i++) {
            float rank = rank(value[i]);
            if (rank > least || (rank == least && equal-- > 0)) {
                value[kept] = value[i];
                column[kept++] = column[i];
            }
        }
        count = kept;
        limit = least;
    }

    private int countAbove(float least) {
        int n = 0;
        for (int i = 0; i < value.length; i += LANES) {
            n += ranks(i).compare(VectorOperators.GT, least).trueCount();
        }
        return n;
    }

    private FloatVector ranks(int i) {
        FloatVector v = FloatVector.fromArray(SPECIES, value, i);
        return absolute ? v.abs() : v;
    }

    private float rank(float v) {
        return absolute ? Math.abs(v) : v;
    }
}
