package dev.sae4j.store;

import dev.sae4j.io.DType;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.SafeFiles;
import dev.sae4j.io.Safetensors;
import dev.sae4j.io.Tensor;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collection;

/// One open file of a store. Rows are read at their place rather than mapped, so that what has been
/// read does not stay in memory. May be shared between threads.
final class Shard implements AutoCloseable {
    /// The int32 tensors, one number a row.
    enum Column {
        TOKEN(0, "token_id"),
        DOCUMENT(1, "document"),
        POSITION(2, "position");

        private final int index;
        private final String tensor;

        Column(int index, String tensor) {
            this.index = index;
            this.tensor = tensor;
        }

        String tensor() {
            return tensor;
        }
    }

    /// Where each tensor begins in the file, in bytes.
    private record Layout(long values, long[] columns) {}

    private final Path file;
    private final FileChannel channel;
    private final int rows;
    private final int rowBytes;
    private final Layout layout;

    private Shard(Path file, FileChannel channel, int rows, int rowBytes, Layout layout) {
        this.file = file;
        this.channel = channel;
        this.rows = rows;
        this.rowBytes = rowBytes;
        this.layout = layout;
    }

    /// Opens a shard and checks it against what `store.json` says of it.
    static Shard open(Path folder, StoreInfo info, StoreShard shard) {
        Path file = folder.resolve(shard.file());
        checkSize(file, shard.bytes());
        Layout layout;
        try (Safetensors tensors = Safetensors.open(file)) {
            layout = layout(tensors, info, shard);
        }
        try {
            return new Shard(
                    file,
                    FileChannel.open(file, StandardOpenOption.READ),
                    shard.rows(),
                    info.width() * info.dtype().bytes(),
                    layout);
        } catch (IOException e) {
            throw SafeFiles.cannotRead(file, e);
        }
    }

    private static Layout layout(Safetensors file, StoreInfo info, StoreShard shard) {
        // The data ends with the file and has no gaps, so its beginning is known.
        Collection<Tensor> all = file.tensors().values();
        long dataBytes = all.stream().mapToLong(t -> t.data().byteSize()).sum();
        long begin = all.stream().mapToLong(t -> t.data().address()).min().orElse(0);
        long offset = shard.bytes() - dataBytes - begin;
        String why = "%s: rows %d, width %d".formatted(StoreJson.NAME, shard.rows(), info.width());
        Tensor values = file.require("activations", why, shard.rows(), info.width());
        checkDType(file.file(), values, info.dtype());
        long[] columns = new long[3];
        for (Column column : Column.values()) {
            Tensor ints = file.require(column.tensor, why, shard.rows());
            checkDType(file.file(), ints, DType.I32);
            columns[column.index] = offset + ints.data().address();
        }
        return new Layout(offset + values.data().address(), columns);
    }

    private static void checkSize(Path file, long expected) {
        try {
            long size = Files.size(file);
            if (size != expected) {
                throw Sae4jException.in(
                        file,
                        "is %d bytes long, but %s says %d: cut short or changed, copy or harvest the store again"
                                .formatted(size, StoreJson.NAME, expected));
            }
        } catch (IOException e) {
            throw SafeFiles.cannotRead(file, e);
        }
    }

    private static void checkDType(Path file, Tensor tensor, DType expected) {
        if (tensor.dtype() != expected) {
            throw Sae4jException.in(
                    file,
                    "tensor '%s' is %s; expected %s (%s)"
                            .formatted(tensor.name(), tensor.dtype(), expected, StoreJson.NAME));
        }
    }

    Path file() {
        return file;
    }

    int rows() {
        return rows;
    }

    /// Reads rows `row .. row + n`, as they are on disk, to row `at` of `target`.
    void readValues(int row, int n, MemorySegment target, long at) {
        read(
                target.asSlice(at * rowBytes, (long) n * rowBytes).asByteBuffer(),
                layout.values() + (long) row * rowBytes);
    }

    /// Reads one number for each of rows `row .. row + n` into `target`, from `at`.
    void readColumn(Column column, int row, int n, int[] target, int at) {
        ByteBuffer bytes = ByteBuffer.allocate(n * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        read(bytes, layout.columns()[column.index] + (long) row * Integer.BYTES);
        bytes.flip().asIntBuffer().get(target, at, n);
    }

    private void read(ByteBuffer target, long from) {
        long at = from;
        try {
            while (target.hasRemaining()) {
                int n = channel.read(target, at);
                if (n < 0) {
                    throw new EOFException("it was cut short while it was being read");
                }
                at += n;
            }
        } catch (IOException e) {
            throw SafeFiles.cannotRead(file, e);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw SafeFiles.cannotRead(file, e);
        }
    }
}
