package dev.sae4j.io;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// A named, row-major array inside an open file. Nothing is copied until it is asked for; the data
/// stays valid while the file that it came from is open.
///
/// @param name name in the file
/// @param dtype element type
/// @param shape sizes, outermost first; empty for a scalar
/// @param data exactly `elements() * dtype.bytes()` bytes
public record Tensor(String name, DType dtype, long[] shape, MemorySegment data) {
    public Tensor {
        shape = shape.clone();
        long need = product(shape) * dtype.bytes();
        if (data.byteSize() != need) {
            throw new IllegalArgumentException(
                    "tensor '%s' %s %s needs %d bytes, got %d"
                            .formatted(name, dtype, Arrays.toString(shape), need, data.byteSize()));
        }
    }

    /// A float32 tensor over an array, without copying it.
    public static Tensor ofFloats(String name, float[] values, long... shape) {
        return new Tensor(name, DType.F32, shape, MemorySegment.ofArray(values));
    }

    /// An int32 tensor over an array, without copying it.
    public static Tensor ofInts(String name, int[] values, long... shape) {
        return new Tensor(name, DType.I32, shape, MemorySegment.ofArray(values));
    }

    /// An int64 tensor over an array, without copying it.
    public static Tensor ofLongs(String name, long[] values, long... shape) {
        return new Tensor(name, DType.I64, shape, MemorySegment.ofArray(values));
    }

    /// Number of elements; 1 for a scalar.
    public long elements() {
        return product(shape);
    }

    /// Rows of a matrix, or the only size of a vector.
    public int rows() {
        return Math.toIntExact(shape[0]);
    }

    /// Columns of a matrix.
    public int columns() {
        return Math.toIntExact(shape[1]);
    }

    /// True if the tensor has exactly these sizes.
    public boolean hasShape(long... sizes) {
        return Arrays.equals(shape, sizes);
    }

    /// Widens elements `from .. from + count` into `target`.
    public void copyTo(long from, float[] target, int at, int count) {
        dtype.toFloats(data, from, target, at, count);
    }

    /// All elements as floats.
    public float[] toFloats() {
        float[] all = new float[Math.toIntExact(elements())];
        copyTo(0, all, 0, all.length);
        return all;
    }

    /// All elements of an integer tensor.
    public long[] toLongs() {
        long[] all = new long[Math.toIntExact(elements())];
        for (int i = 0; i < all.length; i++) {
            all[i] = dtype.toLong(data, i);
        }
        return all;
    }

    /// `F32 [4608, 576]`, as error messages show it.
    public String describe() {
        return dtype + " " + Arrays.toString(shape);
    }

    static long product(long[] shape) {
        long n = 1;
        for (long s : shape) {
            n = Math.multiplyExact(n, s);
        }
        return n;
    }

    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }

    @Override
    public String toString() {
        return "'" + name + "' " + describe();
    }
}
