package dev.sae4j.sae;

/// Ranks among many positive floats, found by counting instead of sorting. The bits of positive
/// floats are in the order of their values: a first count looks at the upper half of them, a second
/// one, within one value of that half, at the lower.
final class FloatHistogram {
    private static final int LOW_BITS = 15; // the sign bit is always 0: 16 bits are above them
    private static final int LOW_MASK = (1 << LOW_BITS) - 1;

    private final int[] high = new int[1 << 16];
    private long size;

    /// Counts all values.
    void add(Hits hits) {
        for (int g = 0; g < hits.groups(); g++) {
            float[] values = hits.values(g);
            int n = hits.count(g);
            for (int i = 0; i < n; i++) {
                high[Float.floatToRawIntBits(values[i]) >>> LOW_BITS]++;
            }
            size += n;
        }
    }

    long size() {
        return size;
    }

    /// Somewhat less than the value of a rank: all values from that rank up are above it.
    ///
    /// @param rank 1 for the largest, at most [#size]
    float floor(long rank) {
        int bits = bin(rank) << LOW_BITS;
        return bits == 0 ? 0 : Float.intBitsToFloat(bits - 1);
    }

    /// The exact value of a rank.
    ///
    /// @param rank 1 for the largest, at most [#size]
    /// @param hits what was counted
    float largest(long rank, Hits hits) {
        int bin = bin(rank);
        long above = 0;
        for (int b = bin + 1; b < high.length; b++) {
            above += high[b];
        }
        int[] low = new int[1 << LOW_BITS];
        for (int g = 0; g < hits.groups(); g++) {
            float[] values = hits.values(g);
            int n = hits.count(g);
            for (int i = 0; i < n; i++) {
                int bits = Float.floatToRawIntBits(values[i]);
                if (bits >>> LOW_BITS == bin) {
                    low[bits & LOW_MASK]++;
                }
            }
        }
        int b = LOW_MASK;
        while (above + low[b] < rank) {
            above += low[b--];
        }
        return Float.intBitsToFloat(bin << LOW_BITS | b);
    }

    /// The upper bits of the value of a rank.
    private int bin(long rank) {
        long above = 0;
        int bin = high.length - 1;
        while (above + high[bin] < rank) {
            above += high[bin--];
        }
        return bin;
    }
}
