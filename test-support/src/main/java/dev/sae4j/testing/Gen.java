package dev.sae4j.testing;

import java.util.SplittableRandom;
import java.util.function.Consumer;

/// Property tests with seeded random cases: the failing seed is in the message, and
/// `-Dsae4j.seed=N` runs that case alone.
public final class Gen {
    private Gen() {}

    /// Runs `property` with `cases` different generators.
    public static void forAll(int cases, Consumer<SplittableRandom> property) {
        Long only = Long.getLong("sae4j.seed");
        if (only != null) {
            property.accept(new SplittableRandom(only));
            return;
        }
        for (long seed = 1; seed <= cases; seed++) {
            try {
                property.accept(new SplittableRandom(seed));
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("fails with -Dsae4j.seed=" + seed + ": " + e, e);
            }
        }
    }

    /// `n` floats, normally distributed.
    public static float[] gaussians(SplittableRandom random, int n) {
        float[] x = new float[n];
        for (int i = 0; i < n; i++) {
            x[i] = (float) random.nextGaussian();
        }
        return x;
    }
}
