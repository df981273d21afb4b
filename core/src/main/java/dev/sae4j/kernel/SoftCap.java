package dev.sae4j.kernel;

import jdk.incubator.vector.FloatVector;

/// Keeps values between `-cap` and `cap`: `cap * tanh(x / cap)`, which leaves small ones as they are.
public final class SoftCap {
    private SoftCap() {}

    /// Caps `n` floats in place.
    ///
    /// @param cap the limit; 0 for none
    public static void apply(float cap, float[] x, int at, int n) {
        if (cap == 0) {
            return;
        }
        int i = 0;
        for (; i + Tile.LANES <= n; i += Tile.LANES) {
            FloatVector v = FloatVector.fromArray(Tile.SPECIES, x, at + i);
            Sigmoids.tanh(v.div(cap)).mul(cap).intoArray(x, at + i);
        }
        for (; i < n; i++) {
            x[at + i] = Sigmoids.tanh(x[at + i] / cap) * cap;
        }
    }
}
