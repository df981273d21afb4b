package dev.sae4j.io;

import static dev.sae4j.io.QuantisedBlocks.half;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Widens the block types of GGUF.
///
/// A block holds 32 elements (`Q4_0` to `Q8_0`, here) or 256 (`Q2_K` to `Q8_K`, [QuantisedBlocks])
/// with the scales they share; `IQ4` types look their values up ([QuantisedTables]). Layouts are those of the ggml library; `d` and `m` are F16, nibbles
/// are halves of bytes, and arithmetic is float32 in ggml's order, so results are the same bits.
final class Quantised {
    private static final int LARGEST_BLOCK = 256;
    private static final int BLOCKS_AT_ONCE = 64;

    private Quantised() {}

    /// Widens one block.
    private interface Block {
        /// @param b holds the block from `at`
        /// @param y takes the elements from `to`
        void widen(byte[] b, int at, float[] y, int to);
    }

    /// Widens `count` elements that start at element `from`, anywhere in a block.
    static void toFloats(
            DType dtype, MemorySegment source, long from, float[] target, int at, int count) {
        Block block = block(dtype);
        int elements = dtype.blockElements();
        int bytes = dtype.blockBytes();
        byte[] raw = new byte[bytes * Math.min(BLOCKS_AT_ONCE, count / elements + 2)];
        float[] part = new float[LARGEST_BLOCK];
        long end = from + count;
        long first = from / elements;
        long last = Math.ceilDiv(end, (long) elements);
        for (long i = first; i < last; i += raw.length / bytes) {
            int blocks = (int) Math.min(raw.length / bytes, last - i);
            MemorySegment.copy(
                    source,
                    ValueLayout.JAVA_BYTE,
                    i * bytes,
                    raw,
                    0,
                    Math.multiplyExact(blocks, bytes));
            for (int b = 0; b < blocks; b++) {
                long start = (i + b) * elements;
                int to = (int) (at + start - from);
                if (start >= from && start + elements <= end) {
                    block.widen(raw, b * bytes, target, to);
                } else {
                    block.widen(raw, b * bytes, part, 0);
                    int skip = (int) Math.max(0, from - start);
                    int n = (int) Math.min(elements, end - start) - skip;
                    System.arraycopy(part, skip, target, to + skip, n);
                }
            }
        }
    }

    private static Block block(DType dtype) {
        return switch (dtype) {
            case Q4_0 -> Quantised::q40;
            case Q4_1 -> Quantised::q41;
            case Q5_0 -> Quantised::q50;
            case Q5_1 -> Quantised::q51;
            case Q8_0 -> Quantised::q80;
            case Q2_K -> QuantisedBlocks::q2;
            case Q3_K -> QuantisedBlocks::q3;
            case Q4_K -> QuantisedBlocks::q4;
            case Q5_K -> QuantisedBlocks::q5;
            case Q6_K -> QuantisedBlocks::q6;
            case Q8_K -> QuantisedBlocks::q8;
            case IQ4_NL -> QuantisedTables::iq4;
            case IQ4_XS -> QuantisedTables::iq4Xs;
            default -> throw new IllegalStateException(dtype + " is not quantised");
        };
    }

    /// `d`, 16 bytes of nibbles: low ones are elements 0 to 15, high ones 16 to 31.
    /// `y = d (q - 8)`.
    private static void q40(byte[] b, int at, float[] y, int to) {
        float d = half(b, at);
        for (int j = 0; j < 16; j++) {
            y[to + j] = d * ((b[at + 2 + j] & 15) - 8);
            y[to + 16 + j] = d * (((b[at + 2 + j] >> 4) & 15) - 8);
        }
    }

    /// `d`, `m`, nibbles as Q4_0. `y = d q + m`.
    private static void q41(byte[] b, int at, float[] y, int to) {
        float d = half(b, at);
        float m = half(b, at + 2);
        for (int j = 0; j < 16; j++) {
            y[to + j] = d * (b[at + 4 + j] & 15) + m;
            y[to + 16 + j] = d * ((b[at + 4 + j] >> 4) & 15) + m;
        }
    }

    /// `d`, `u32` of fifth bits (bit `i` belongs to element `i`), nibbles as Q4_0.
    /// `y = d (q - 16)`.
    private static void q50(byte[] b, int at, float[] y, int to) {
        float d = half(b, at);
        int high = QuantisedBlocks.word(b, at + 2);
        for (int j = 0; j < 16; j++) {
            int q = b[at + 6 + j];
            y[to + j] = d * (((q & 15) | (((high >> j) & 1) << 4)) - 16);
            y[to + 16 + j] = d * ((((q >> 4) & 15) | (((high >> (j + 16)) & 1) << 4)) - 16);
        }
    }

    /// `d`, `m`, fifth bits and nibbles as Q5_0. `y = d q + m`.
    private static void q51(byte[] b, int at, float[] y, int to) {
        float d = half(b, at);
        float m = half(b, at + 2);
        int high = QuantisedBlocks.word(b, at + 4);
        for (int j = 0; j < 16; j++) {
            int q = b[at + 8 + j];
            y[to + j] = d * ((q & 15) | (((high >> j) & 1) << 4)) + m;
            y[to + 16 + j] = d * (((q >> 4) & 15) | (((high >> (j + 16)) & 1) << 4)) + m;
        }
    }

    /// `d`, 32 signed bytes. `y = d q`.
    private static void q80(byte[] b, int at, float[] y, int to) {
        float d = half(b, at);
        for (int j = 0; j < 32; j++) {
            y[to + j] = d * b[at + 2 + j];
        }
    }
}
