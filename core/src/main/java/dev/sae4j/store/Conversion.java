package dev.sae4j.store;

import dev.sae4j.io.DType;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/// Turns stored numbers into floats and back. [DType] has the scalar twins.
final class Conversion {
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> INTS = FLOATS.withLanes(int.class);
    private static final int LANES = FLOATS.length();
    private static final VectorSpecies<Short> SHORTS =
            VectorSpecies.of(short.class, VectorShape.forBitSize(LANES * Short.SIZE));

    private Conversion() {}

    /// As [DType#toFloats]: `count` elements from element `from` of `source`.
    static void toFloats(
            DType dtype, MemorySegment source, long from, float[] target, int at, int count) {
        int done = dtype == DType.BF16 ? bfloat16(source, from, target, at, count) : 0;
        dtype.toFloats(source, from + done, target, at + done, count - done);
    }

    /// Widens the whole vectors among `count` elements; returns how many elements that were.
    private static int bfloat16(
            MemorySegment source, long from, float[] target, int at, int count) {
        int i = 0;
        for (; i + LANES <= count; i += LANES) {
            ShortVector.fromMemorySegment(
                            SHORTS, source, (from + i) * Short.BYTES, ByteOrder.LITTLE_ENDIAN)
                    .convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, 0)
                    .lanewise(VectorOperators.LSHL, Short.SIZE)
                    .reinterpretAsFloats()
                    .intoArray(target, at + i);
        }
        return i;
    }

    /// As [DType#fromFloats]: `count` floats from `at`, to element `to` of `target`.
    static void fromFloats(
            DType dtype, float[] source, int at, int count, MemorySegment target, long to) {
        int done = dtype == DType.BF16 ? toBfloat16(source, at, count, target, to) : 0;
        dtype.fromFloats(source, at + done, count - done, target, to + done);
    }

    /// Rounds the whole vectors among `count` finite floats; returns how many floats that were.
    private static int toBfloat16(
            float[] source, int at, int count, MemorySegment target, long to) {
        int i = 0;
        for (; i + LANES <= count; i += LANES) {
            IntVector bits = FloatVector.fromArray(FLOATS, source, at + i).reinterpretAsInts();
            IntVector isOdd = bits.lanewise(VectorOperators.LSHR, Short.SIZE).and(1);
            bits.add(isOdd)
                    .add(0x7fff) // a half, less one if the result would be even: ties to even
                    .lanewise(VectorOperators.LSHR, Short.SIZE)
                    .convertShape(VectorOperators.I2S, SHORTS, 0)
                    .reinterpretAsShorts()
                    .intoMemorySegment(target, (to + i) * Short.BYTES, ByteOrder.LITTLE_ENDIAN);
        }
        return i;
    }
}
