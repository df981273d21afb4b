package dev.sae4j.io;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A named, row-major array inside an open file. Nothing is copied until it is asked for; the data
/// stays valid while the file that it came from is open.
///
/// Where a file keeps the data in another form - compressed, strided, of the other byte order - it
/// is put in order when it is first asked for, and kept.
public final class Tensor {
    private final String name;
    private final DType dtype;
    private final long[] shape;
    private final Supplier<MemorySegment> source;
    private volatile @Nullable MemorySegment data;

    /// @param name name in the file
    /// @param dtype element type
    /// @param shape sizes, outermost first; empty for a scalar
    /// @param data exactly as many bytes as the elements need
    public Tensor(String name, DType dtype, long[] shape, MemorySegment data) {
        this(name, dtype, shape, () -> data);
        data();
    }

    private Tensor(String name, DType dtype, long[] shape, Supplier<MemorySegment> source) {
        this.name = name;
        this.dtype = dtype;
        this.shape = shape.clone();
        this.source = source;
    }

    /// A tensor whose data is made when it is first asked for.
    ///
    /// @param source gives exactly as many bytes as the elements need; asked once
    public static Tensor lazy(
            String name, DType dtype, long[] shape, Supplier<MemorySegment> source) {
        return new Tensor(name, dtype, shape, source);
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

    /// Name in the file.
    public String name() {
        return name;
    }

    /// Element type.
    public DType dtype() {
        return dtype;
    }

    /// Sizes, outermost first; empty for a scalar.
    public long[] shape() {
        return shape.clone();
    }

    /// The elements in row-major order, little-endian.
    public MemorySegment data() {
        MemorySegment ready = data;
        return ready != null ? ready : made();
    }

    private synchronized MemorySegment made() {
        MemorySegment ready = data;
        if (ready == null) {
            ready = source.get();
            if (ready.byteSize() != bytes()) {
                throw new IllegalArgumentException(
                        "tensor '%s' %s needs %d bytes, got %d"
                                .formatted(name, describe(), bytes(), ready.byteSize()));
            }
            data = ready;
        }
        return ready;
    }

    /// The same data under another name.
    public Tensor named(String other) {
        return new Tensor(other, dtype, shape, this::data);
    }

    /// Size of the elements in bytes; does not touch them.
    public long bytes() {
        return dtype.sizeOf(elements());
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

    /// Checks that the tensor has exactly these sizes.
    ///
    /// @param file for the message
    /// @param why where the expected sizes come from, such as `config.json: hidden_size 576`
    public Tensor requireShape(Path file, String why, long... sizes) {
        if (!hasShape(sizes)) {
            throw Sae4jException.in(
                    file,
                    "tensor '%s' is %s; expected %s (%s)"
                            .formatted(name, Arrays.toString(shape), Arrays.toString(sizes), why));
        }
        return this;
    }

    /// Widens elements `from .. from + count` into `target`.
    public void copyTo(long from, float[] target, int at, int count) {
        dtype.toFloats(data(), from, target, at, count);
    }

    /// All elements as floats.
    public float[] toFloats() {
        float[] all = new float[Math.toIntExact(elements())];
        copyTo(0, all, 0, all.length);
        return all;
    }

    /// All elements as doubles, without rounding F64.
    public double[] toDoubles() {
        double[] all = new double[Math.toIntExact(elements())];
        if (dtype == DType.F64) {
            MemorySegment.copy(data(), DType.DOUBLE, 0, all, 0, all.length);
        } else {
            float[] floats = toFloats();
            for (int i = 0; i < all.length; i++) {
                all[i] = floats[i];
            }
        }
        return all;
    }

    /// All elements of an integer tensor.
    public long[] toLongs() {
        long[] all = new long[Math.toIntExact(elements())];
        for (int i = 0; i < all.length; i++) {
            all[i] = dtype.toLong(data(), i);
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
    public String toString() {
        return "'" + name + "' " + describe();
    }
}
