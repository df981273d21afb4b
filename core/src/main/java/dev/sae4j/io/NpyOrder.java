package dev.sae4j.io;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/// Puts arrays of any order into the order of a [Tensor]: row-major, little-endian.
final class NpyOrder {
    /// Side of the squares in which matrices are turned: both sides of one fit the first cache.
    private static final int TILE = 32;

    private NpyOrder() {}

    /// Fills `target` with the elements of `source`, put in order.
    static void copy(NpyHeader header, MemorySegment source, MemorySegment target) {
        if (header.fortranOrder()) {
            toRowMajor(header.shape(), header.dtype().bytes(), source, target);
        } else {
            target.copyFrom(source);
        }
        if (header.bigEndian()) {
            turnBytes(target, header.unit());
        }
    }

    /// Elements `source[i0 + n0 * (i1 + n1 * (i2 ...))]` to `target[((i0 * n1) + i1) * n2 + i2 ...]`.
    ///
    /// @param sizes `[n0, n1, ...]`
    /// @param width bytes of an element
    static void toRowMajor(long[] sizes, int width, MemorySegment source, MemorySegment target) {
        long[] shape = Arrays.stream(sizes).filter(n -> n != 1).toArray();
        if (shape.length < 2) {
            target.copyFrom(source);
            return;
        }
        int last = shape.length - 1;
        long first = shape[0];
        long inner = shape[last];
        long[] between = Arrays.copyOfRange(shape, 1, last);
        long middle = Tensor.product(between);
        for (long m = 0; m < middle; m++) {
            turn(
                    width,
                    source.asSlice(first * columnMajor(m, between) * width),
                    first * middle,
                    target.asSlice(inner * m * width),
                    middle * inner,
                    first,
                    inner);
        }
    }

    /// The place in column-major order of the `m`-th element in row-major order.
    private static long columnMajor(long m, long[] shape) {
        long step = Tensor.product(shape);
        long place = 0;
        long rest = m;
        for (int d = shape.length - 1; d >= 0; d--) {
            step /= shape[d];
            place += rest % shape[d] * step;
            rest /= shape[d];
        }
        return place;
    }

    /// `target[i * targetStep + j] = source[i + j * sourceStep]`, square by square.
    private static void turn(
            int width,
            MemorySegment source,
            long sourceStep,
            MemorySegment target,
            long targetStep,
            long rows,
            long columns) {
        for (long i = 0; i < rows; i += TILE) {
            for (long j = 0; j < columns; j += TILE) {
                tile(
                        width,
                        source.asSlice((i + j * sourceStep) * width),
                        sourceStep,
                        target.asSlice((i * targetStep + j) * width),
                        targetStep,
                        (int) Math.min(TILE, rows - i),
                        (int) Math.min(TILE, columns - j));
            }
        }
    }

    /// `target[i * targetStep + j] = source[i + j * sourceStep]`.
    private static void tile(
            int width,
            MemorySegment source,
            long sourceStep,
            MemorySegment target,
            long targetStep,
            int rows,
            int columns) {
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                long from = (i + j * sourceStep) * width;
                long to = (i * targetStep + j) * width;
                switch (width) {
                    case 1 ->
                            target.set(
                                    ValueLayout.JAVA_BYTE,
                                    to,
                                    source.get(ValueLayout.JAVA_BYTE, from));
                    case 2 ->
                            target.set(
                                    ValueLayout.JAVA_SHORT_UNALIGNED,
                                    to,
                                    source.get(ValueLayout.JAVA_SHORT_UNALIGNED, from));
                    case 4 ->
                            target.set(
                                    ValueLayout.JAVA_INT_UNALIGNED,
                                    to,
                                    source.get(ValueLayout.JAVA_INT_UNALIGNED, from));
                    default ->
                            target.set(
                                    ValueLayout.JAVA_LONG_UNALIGNED,
                                    to,
                                    source.get(ValueLayout.JAVA_LONG_UNALIGNED, from));
                }
            }
        }
    }

    /// Turns the bytes of every number round.
    static void turnBytes(MemorySegment numbers, int width) {
        long size = numbers.byteSize();
        switch (width) {
            case 2 -> {
                for (long at = 0; at < size; at += 2) {
                    short bits = numbers.get(ValueLayout.JAVA_SHORT_UNALIGNED, at);
                    numbers.set(ValueLayout.JAVA_SHORT_UNALIGNED, at, Short.reverseBytes(bits));
                }
            }
            case 4 -> {
                for (long at = 0; at < size; at += 4) {
                    int bits = numbers.get(ValueLayout.JAVA_INT_UNALIGNED, at);
                    numbers.set(ValueLayout.JAVA_INT_UNALIGNED, at, Integer.reverseBytes(bits));
                }
            }
            case 8 -> {
                for (long at = 0; at < size; at += 8) {
                    long bits = numbers.get(ValueLayout.JAVA_LONG_UNALIGNED, at);
                    numbers.set(ValueLayout.JAVA_LONG_UNALIGNED, at, Long.reverseBytes(bits));
                }
            }
            default -> throw new IllegalArgumentException("numbers of " + width + " bytes");
        }
    }
}
