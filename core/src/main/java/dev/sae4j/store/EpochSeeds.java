package dev.sae4j.store;

import java.util.SplittableRandom;

/// One random source an epoch, from one seed.
final class EpochSeeds {
    private final long seed;
    private SplittableRandom seeds;
    private long next;

    EpochSeeds(long seed) {
        this.seed = seed;
        seeds = new SplittableRandom(seed);
    }

    /// A random source for an epoch, from 0, at its beginning.
    SplittableRandom of(long epoch) {
        if (epoch < next) {
            seeds = new SplittableRandom(seed);
            next = 0;
        }
        for (; next < epoch; next++) {
            seeds.split();
        }
        next++;
        return seeds.split();
    }
}
