package dev.sae4j.train.engine;

import dev.sae4j.kernel.Vectors;

/// The two things a row does with the decoder rows of its active features, four at a time.
final class Decode {
    private Decode() {}

    /// `out += sum over the row's slots of value · W_dec[feature]`. Slots with value 0 add nothing.
    static void addFeatures(Parameters w, ActiveEntries entries, int row, float[] out, int outAt) {
        int d = w.dIn();
        int s = row * entries.k;
        int end = s + entries.k;
        int[] f = entries.feature;
        for (; s + 4 <= end; s += 4) {
            Vectors.addScaled4(
                    entries.value,
                    s,
                    w.decoder(),
                    f[s] * d,
                    f[s + 1] * d,
                    f[s + 2] * d,
                    f[s + 3] * d,
                    out,
                    outAt,
                    d);
        }
        for (; s < end; s++) {
            Vectors.addScaled(entries.value[s], w.decoder(), f[s] * d, out, outAt, d);
        }
    }

    /// `gradient[slot] = errors · W_dec[feature]` for the row's slots.
    static void gradients(
            Parameters w, ActiveEntries entries, int row, float[] errors, int errorsAt) {
        int d = w.dIn();
        int s = row * entries.k;
        int end = s + entries.k;
        int[] f = entries.feature;
        for (; s + 4 <= end; s += 4) {
            Vectors.dot4(
                    errors,
                    errorsAt,
                    w.decoder(),
                    f[s] * d,
                    f[s + 1] * d,
                    f[s + 2] * d,
                    f[s + 3] * d,
                    d,
                    entries.gradient,
                    s);
        }
        for (; s < end; s++) {
            entries.gradient[s] = Vectors.dot(errors, errorsAt, w.decoder(), f[s] * d, d);
        }
    }
}
