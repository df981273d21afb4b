package dev.sae4j.io;

import dev.sae4j.io.TorchObjects.Storage;
import dev.sae4j.io.TorchObjects.View;
import java.lang.foreign.MemorySegment;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// Makes tensors of what a checkpoint says about them: checks every number against the bytes that
/// are there, and maps the data where it lies in order. Where it does not - transposed, every second
/// column, of the other byte order - the tensor copies it when asked.
final class TorchTensors {
    private static final int MAX_DIMENSIONS = 64;

    /// Elements that tensors may have beyond those of their storage (one row repeated, say).
    private static final long MAX_EXPANDED = 1_000_000;

    private static final long MAX_EXPANDED_IN_FILE = 4 * MAX_EXPANDED;

    /// Tensors that need a copy may take this many times the bytes that all storages have.
    private static final long MAX_COPIES = 4;

    private final MappedFile mapped;
    private final Source source;
    private final boolean bigEndian;
    private final IdentityHashMap<View, Tensor> made = new IdentityHashMap<>();
    private long expanded;
    private long copied;

    /// The bytes of a storage.
    ///
    /// @param size how many there are
    /// @param inPlace true if they can be had without work
    /// @param get gives them
    record Bytes(long size, boolean inPlace, Supplier<MemorySegment> get) {}

    /// Where storages are.
    interface Source {
        Optional<Bytes> find(String key);

        /// Bytes of all storages together.
        long size();
    }

    TorchTensors(MappedFile mapped, Source source, boolean bigEndian) {
        this.mapped = mapped;
        this.source = source;
        this.bigEndian = bigEndian;
    }

    /// @throws Sae4jException naming the tensor, if it cannot be
    Tensor make(String name, View view) {
        Tensor known = made.get(view); // one object may stand in several places
        if (known != null) {
            return known.named(name);
        }
        try {
            Tensor tensor = tensor(name, view);
            made.put(view, tensor);
            return tensor;
        } catch (PickleProblem | ArithmeticException | IllegalArgumentException e) {
            String reason =
                    e instanceof ArithmeticException
                            ? "has sizes, strides or a storage that exceed 64 bits"
                            : String.valueOf(e.getMessage());
            throw Sae4jException.in(
                    mapped.file(),
                    "tensor '%s' %s".formatted(PickleProblem.shown(name), reason),
                    e);
        }
    }

    private Tensor tensor(String name, View view) {
        DType dtype = dtype(view);
        Bytes bytes = bytes(view.storage());
        Strided elements =
                new Strided(
                        number(view.offset(), "storage offset"),
                        numbers(view.sizes(), "size"),
                        numbers(view.strides(), "stride"));
        int item = view.storage().kind().itemBytes();
        long from = Math.multiplyExact(view.storage().from(), item);
        long size = Math.multiplyExact(view.storage().count(), item);
        long available = size / dtype.bytes();
        if (elements.end() > available) {
            throw new PickleProblem(
                    "reaches to element %d of a storage of %d elements: damaged"
                            .formatted(elements.end(), available));
        }
        Supplier<MemorySegment> storage = () -> bytes.get().get().asSlice(from, size);
        boolean swap = bigEndian && dtype.bytes() > 1;
        if (!swap && elements.isContiguous()) {
            long begin = elements.begin() * dtype.bytes();
            long length = elements.elements() * dtype.bytes();
            Supplier<MemorySegment> slice = () -> storage.get().asSlice(begin, length);
            return bytes.inPlace()
                    ? new Tensor(name, dtype, elements.sizes(), slice.get())
                    : Tensor.lazy(name, dtype, elements.sizes(), slice);
        }
        charge(elements.elements(), available, dtype);
        return Tensor.lazy(
                name, dtype, elements.sizes(), () -> copy(storage.get(), elements, dtype, swap));
    }

    private static DType dtype(View view) {
        DType dtype = view.type() == null ? view.storage().kind().dtype() : view.type().dtype();
        if (dtype == null) {
            throw new PickleProblem(
                    view.type() == null
                            ? "has no element type"
                            : "is of type " + view.type() + ", which is not read");
        }
        return dtype;
    }

    private Bytes bytes(Storage storage) {
        Bytes bytes =
                source.find(storage.key())
                        .orElseThrow(() ->
                                new PickleProblem(
                                        "is in storage '%s', which the file does not have"
                                                .formatted(PickleProblem.shown(storage.key()))));
        long declared = Math.multiplyExact(storage.elements(), storage.kind().itemBytes());
        if (declared != bytes.size()) {
            throw new PickleProblem(
                    "is in storage '%s', which should have %d bytes and has %d: damaged"
                            .formatted(PickleProblem.shown(storage.key()), declared, bytes.size()));
        }
        if (storage.from() < 0
                || storage.count() < 0
                || storage.from() > storage.elements() - storage.count()) {
            throw new PickleProblem("is in a part of a storage that does not exist: damaged");
        }
        return bytes;
    }

    private static long number(Object value, String what) {
        if (value instanceof Long number && number >= 0) {
            return number;
        }
        throw new PickleProblem(
                "has %s for a %s: damaged"
                        .formatted(value instanceof Long ? value : Pickled.describe(value), what));
    }

    private static long[] numbers(Object value, String what) {
        List<Object> items = Pickled.sequence(value, "has a " + what + " that");
        if (items.size() > MAX_DIMENSIONS) {
            throw new PickleProblem(
                    "has %d dimensions: no more than %d are read"
                            .formatted(items.size(), MAX_DIMENSIONS));
        }
        return items.stream().mapToLong(i -> number(i, what)).toArray();
    }

    /// Refuses tensors that would take far more memory than the file justifies.
    private void charge(long elements, long available, DType dtype) {
        if (elements > available) {
            expanded += elements;
            if (elements > MAX_EXPANDED || expanded > MAX_EXPANDED_IN_FILE) {
                throw new PickleProblem(
                        "repeats the %d elements of its storage up to %d: save a copy (tensor.contiguous())"
                                .formatted(available, elements));
            }
            return;
        }
        copied = Math.addExact(copied, elements * dtype.bytes());
        if (copied / MAX_COPIES > source.size()) {
            throw new PickleProblem(
                    "is one of many views of the same storage that need a copy: save copies (tensor.contiguous())");
        }
    }

    private MemorySegment copy(MemorySegment storage, Strided elements, DType dtype, boolean swap) {
        MemorySegment target =
                mapped.arena().allocate(elements.elements() * dtype.bytes(), Long.BYTES);
        if (dtype.isComplex()) {
            elements.split(2).copy(storage, dtype.bytes() / 2, swap, target);
        } else {
            elements.copy(storage, dtype.bytes(), swap, target);
        }
        return target.asReadOnly();
    }
}
