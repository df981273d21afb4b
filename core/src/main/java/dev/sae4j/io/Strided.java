package dev.sae4j.io;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/// Which elements of a storage make up a tensor: element `(i, j, ...)` is at
/// `offset + i * strides[0] + j * strides[1] + ...`. All in elements, none negative.
final class Strided {
    /// Elements on a side of the squares that a transpose is done in: both sides stay in cache.
    private static final int TILE = 32;

    private final long offset;
    private final long[] sizes;
    private final long[] strides;

    /// @throws IllegalArgumentException unless there is a stride for each size
    /// @throws ArithmeticException if the number of elements or a place exceeds 64 bits
    Strided(long offset, long[] sizes, long[] strides) {
        if (sizes.length != strides.length) {
            throw new IllegalArgumentException(
                    "has %d sizes and %d strides".formatted(sizes.length, strides.length));
        }
        this.offset = offset;
        this.sizes = sizes.clone();
        this.strides = strides.clone();
        elements();
        end();
    }

    long[] sizes() {
        return sizes.clone();
    }

    /// The first element used; 0 if none is.
    long begin() {
        return elements() == 0 ? 0 : offset;
    }

    /// The same elements, each as `parts` smaller ones.
    Strided split(int parts) {
        int n = sizes.length;
        long[] size = Arrays.copyOf(sizes, n + 1);
        long[] stride = Arrays.stream(Arrays.copyOf(strides, n + 1)).map(s -> s * parts).toArray();
        size[n] = parts;
        stride[n] = 1;
        return new Strided(offset * parts, size, stride);
    }

    long elements() {
        return Tensor.product(sizes);
    }

    /// The first element after the last one used; 0 if none is.
    long end() {
        if (elements() == 0) {
            return 0;
        }
        long last = offset;
        for (int i = 0; i < sizes.length; i++) {
            last = Math.addExact(last, Math.multiplyExact(sizes[i] - 1, strides[i]));
        }
        return Math.addExact(last, 1);
    }

    /// True if the elements lie in row-major order without gaps.
    boolean isContiguous() {
        if (elements() == 0) {
            return true;
        }
        long expected = 1;
        for (int i = sizes.length - 1; i >= 0; i--) {
            if (sizes[i] != 1 && strides[i] != expected) {
                return false;
            }
            expected = Math.multiplyExact(expected, sizes[i]);
        }
        return true;
    }

    /// Copies the elements in row-major order.
    ///
    /// @param item bytes per element: 1, 2, 4 or 8
    /// @param swap whether to reverse the bytes of each element
    /// @param target as many elements as there are
    void copy(MemorySegment source, int item, boolean swap, MemorySegment target) {
        if (elements() == 0) {
            return;
        }
        Strided merged = merged();
        int inner = merged.sizes.length - 1;
        int across = merged.smallestStride(inner);
        long row = 1; // elements of the target from one index of `across` to the next
        for (int i = across + 1; i <= inner; i++) {
            row *= merged.sizes[i];
        }
        var plane =
                new Plane(
                        source,
                        target,
                        item,
                        swap && item > 1,
                        merged.sizes[across],
                        merged.strides[across],
                        row,
                        merged.sizes[inner],
                        merged.strides[inner]);
        merged.eachOuter(across, plane);
    }

    /// The same elements in the same order with as few dimensions as possible, but two at least.
    private Strided merged() {
        long[] size = new long[sizes.length + 2];
        long[] stride = new long[sizes.length + 2];
        int n = 0;
        for (int i = 0; i < sizes.length; i++) {
            if (sizes[i] == 1) {
                continue;
            }
            if (n > 0 && stride[n - 1] == strides[i] * sizes[i]) {
                size[n - 1] *= sizes[i];
                stride[n - 1] = strides[i];
            } else {
                size[n] = sizes[i];
                stride[n++] = strides[i];
            }
        }
        while (n < 2) { // leading dimensions of size 1
            System.arraycopy(size, 0, size, 1, n);
            System.arraycopy(stride, 0, stride, 1, n);
            size[0] = 1;
            stride[0] = 1;
            n++;
        }
        return new Strided(offset, Arrays.copyOf(size, n), Arrays.copyOf(stride, n));
    }

    private int smallestStride(int before) {
        int smallest = 0;
        for (int i = 1; i < before; i++) {
            if (strides[i] < strides[smallest]) {
                smallest = i;
            }
        }
        return smallest;
    }

    /// Copies a plane for every index of the dimensions other than `across` and the last.
    private void eachOuter(int across, Plane plane) {
        int inner = sizes.length - 1;
        long[] index = new long[inner];
        long from = offset;
        long to = 0;
        while (true) {
            plane.copy(from, to);
            int dim = inner - 1;
            long row = sizes[inner];
            while (dim >= 0 && (dim == across || index[dim] == sizes[dim] - 1)) {
                if (dim != across) {
                    from -= index[dim] * strides[dim];
                    to -= index[dim] * row;
                    index[dim] = 0;
                }
                row *= sizes[dim--];
            }
            if (dim < 0) {
                return;
            }
            index[dim]++;
            from += strides[dim];
            to += row;
        }
    }

    /// Two dimensions: `rows` with `fromRow` and `toRow` elements from one to the next in source and
    /// target, and `columns`, which are neighbours in the target and `fromColumn` apart in the
    /// source.
    private record Plane(
            MemorySegment source,
            MemorySegment target,
            int item,
            boolean swap,
            long rows,
            long fromRow,
            long toRow,
            long columns,
            long fromColumn) {
        void copy(long from, long to) {
            if (fromColumn == 1 && !swap) {
                for (long r = 0; r < rows; r++) {
                    long source0 = (from + r * fromRow) * item;
                    long target0 = (to + r * toRow) * item;
                    MemorySegment.copy(source, source0, target, target0, columns * item);
                }
                return;
            }
            for (long r = 0; r < rows; r += TILE) {
                for (long c = 0; c < columns; c += TILE) {
                    tile(
                            from + r * fromRow + c * fromColumn,
                            to + r * toRow + c,
                            (int) Math.min(TILE, rows - r),
                            (int) Math.min(TILE, columns - c));
                }
            }
        }

        private void tile(long from, long to, int height, int width) {
            for (int r = 0; r < height; r++) {
                for (int c = 0; c < width; c++) {
                    move((from + r * fromRow + c * fromColumn) * item, (to + r * toRow + c) * item);
                }
            }
        }

        private void move(long from, long to) {
            switch (item) {
                case 1 ->
                        target.set(
                                ValueLayout.JAVA_BYTE, to, source.get(ValueLayout.JAVA_BYTE, from));
                case 2 -> {
                    short value = source.get(ValueLayout.JAVA_SHORT_UNALIGNED, from);
                    target.set(
                            ValueLayout.JAVA_SHORT_UNALIGNED,
                            to,
                            swap ? Short.reverseBytes(value) : value);
                }
                case 4 -> {
                    int value = source.get(ValueLayout.JAVA_INT_UNALIGNED, from);
                    target.set(
                            ValueLayout.JAVA_INT_UNALIGNED,
                            to,
                            swap ? Integer.reverseBytes(value) : value);
                }
                default -> {
                    long value = source.get(ValueLayout.JAVA_LONG_UNALIGNED, from);
                    target.set(
                            ValueLayout.JAVA_LONG_UNALIGNED,
                            to,
                            swap ? Long.reverseBytes(value) : value);
                }
            }
        }
    }
}
