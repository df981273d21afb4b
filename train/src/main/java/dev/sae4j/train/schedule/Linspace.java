package dev.sae4j.train.schedule;

/// Numbers at equal distances, with the bits of `torch.linspace`: the first half is counted from the
/// start, the second from the end.
final class Linspace {
    private Linspace() {}

    /// `n` floats from `start` to `end`; with one, it is `start`.
    static float[] floats(float start, float end, int n) {
        float[] out = new float[n];
        float step = n == 1 ? 0 : (end - start) / (n - 1);
        for (int i = 0; i < n; i++) {
            boolean firstHalf = i < n / 2 || n == 1;
            out[i] = firstHalf ? Math.fma(step, i, start) : Math.fma(-step, n - i - 1, end);
        }
        return out;
    }

    /// `n` whole numbers from `start` to `end`, the fractions cut off; with one, it is `start`.
    static long[] longs(long start, long end, int n) {
        long[] out = new long[n];
        double step = n == 1 ? 0 : ((double) end - start) / (n - 1);
        for (int i = 0; i < n; i++) {
            boolean firstHalf = i < n / 2 || n == 1;
            out[i] = (long) (firstHalf ? start + step * i : end - step * (n - i - 1));
        }
        return out;
    }
}
