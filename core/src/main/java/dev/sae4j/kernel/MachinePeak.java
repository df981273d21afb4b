package dev.sae4j.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// The most single-precision arithmetic that this machine does right now: a loop of fused
/// multiply-adds that never leaves the registers. Every speed is told as a share of it, because
/// machines differ and are shared.
public final class MachinePeak {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int CHAINS = 12; // independent sums: enough to hide the latency of an FMA
    private static final int ITERATIONS = 2_000_000;
    private static final int ROUNDS = 12;

    private MachinePeak() {}

    /// Bits of a vector register, as the Vector API uses it.
    public static int vectorBits() {
        return SPECIES.vectorBitSize();
    }

    /// FLOP/s of all workers together, the best of several rounds (the first ones compile the loop).
    public static double measure(Workers workers) {
        double best = 0;
        float[] sink = new float[workers.threads()];
        for (int round = 0; round < ROUNDS; round++) {
            long began = System.nanoTime();
            workers.forEach(workers.threads(), i -> sink[i] = chains(ITERATIONS));
            double seconds = (System.nanoTime() - began) / 1e9;
            double flops = 2.0 * SPECIES.length() * CHAINS * ITERATIONS * workers.threads();
            best = Math.max(best, flops / seconds);
        }
        return sink[0] == 42 ? 0 : best; // uses the sums, so that they are computed
    }

    private static float chains(int iterations) {
        FloatVector x = FloatVector.broadcast(SPECIES, 0.999f);
        FloatVector y = FloatVector.broadcast(SPECIES, 1e-3f);
        FloatVector c0 = FloatVector.broadcast(SPECIES, 0f);
        FloatVector c1 = FloatVector.broadcast(SPECIES, 1f);
        FloatVector c2 = FloatVector.broadcast(SPECIES, 2f);
        FloatVector c3 = FloatVector.broadcast(SPECIES, 3f);
        FloatVector c4 = FloatVector.broadcast(SPECIES, 4f);
        FloatVector c5 = FloatVector.broadcast(SPECIES, 5f);
        FloatVector c6 = FloatVector.broadcast(SPECIES, 6f);
        FloatVector c7 = FloatVector.broadcast(SPECIES, 7f);
        FloatVector c8 = FloatVector.broadcast(SPECIES, 8f);
        FloatVector c9 = FloatVector.broadcast(SPECIES, 9f);
        FloatVector c10 = FloatVector.broadcast(SPECIES, 10f);
        FloatVector c11 = FloatVector.broadcast(SPECIES, 11f);
        for (int i = 0; i < iterations; i++) {
            c0 = c0.fma(x, y);
            c1 = c1.fma(x, y);
            c2 = c2.fma(x, y);
            c3 = c3.fma(x, y);
            c4 = c4.fma(x, y);
            c5 = c5.fma(x, y);
            c6 = c6.fma(x, y);
            c7 = c7.fma(x, y);
            c8 = c8.fma(x, y);
            c9 = c9.fma(x, y);
            c10 = c10.fma(x, y);
            c11 = c11.fma(x, y);
        }
        FloatVector sum = c0.add(c1).add(c2).add(c3).add(c4).add(c5);
        return Horizontal.sum(sum.add(c6).add(c7).add(c8).add(c9).add(c10).add(c11));
    }
}
