package dev.sae4j.io;

import java.lang.foreign.MemorySegment;

/// Widens the block types of GGUF.
final class Quantised {
    private Quantised() {}

    static void toFloats(
            DType dtype, MemorySegment source, long from, float[] target, int at, int count) {
        throw new IllegalStateException(dtype + " cannot be widened yet");
    }
}
