package dev.sae4j.store;

import dev.sae4j.io.Checksum;
import dev.sae4j.io.DType;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.kernel.Vectors;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/// An activation store on disk, open for reading: a folder of safetensors shards and `store.json`.
/// Any number of readers and threads may use it until it is closed.
public final class ActivationStore implements ActivationSource, AutoCloseable {
    private static final int BATCH_BYTES = 4 << 20;

    private final Path folder;
    private final StoreInfo info;
    private final List<Shard> shards;

    /// `[shards]`: rows in the shards before each
    private final long[] firstRow;

    private ActivationStore(Path folder, StoreInfo info, List<Shard> shards) {
        this.folder = folder;
        this.info = info;
        this.shards = shards;
        firstRow = new long[shards.size()];
        for (int i = 1; i < firstRow.length; i++) {
            firstRow[i] = firstRow[i - 1] + shards.get(i - 1).rows();
        }
    }

    /// Opens a store; reads `store.json` and the headers of the shards, and compares them.
    ///
    /// @throws Sae4jException if something is missing, cut short or does not fit together
    public static ActivationStore open(Path folder) {
        StoreInfo info = StoreJson.read(folder);
        List<Shard> shards = new ArrayList<>();
        try {
            for (StoreShard shard : info.shards()) {
                shards.add(Shard.open(folder, info, shard));
            }
        } catch (RuntimeException e) {
            shards.forEach(Shard::close);
            throw e;
        }
        return new ActivationStore(folder, info, List.copyOf(shards));
    }

    /// What `store.json` says.
    public StoreInfo info() {
        return info;
    }

    @Override
    public int width() {
        return info.width();
    }

    /// Rows in all shards.
    public long rows() {
        return info.rows();
    }

    @Override
    public void forEach(Consumer<ActivationBatch> receiver) {
        int capacity = Math.max(1, BATCH_BYTES / (Float.BYTES * width()));
        float[] values = new float[capacity * width()];
        int[] token = new int[capacity];
        int[] document = new int[capacity];
        int[] position = new int[capacity];
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment raw = arena.allocate((long) capacity * width() * info.dtype().bytes());
            for (Shard shard : shards) {
                for (int row = 0; row < shard.rows(); row += capacity) {
                    int n = Math.min(capacity, shard.rows() - row);
                    shard.readValues(row, n, raw, 0);
                    Conversion.toFloats(info.dtype(), raw, 0, values, 0, n * width());
                    checkFinite(shard, row, values, n);
                    shard.readColumn(Shard.Column.TOKEN, row, n, token, 0);
                    shard.readColumn(Shard.Column.DOCUMENT, row, n, document, 0);
                    shard.readColumn(Shard.Column.POSITION, row, n, position, 0);
                    receiver.accept(
                            new ActivationBatch(n, width(), values, token, document, position));
                }
            }
        }
    }

    /// The rows of some documents only, in order.
    public ActivationSource only(DocumentSplit split) {
        return split.equals(DocumentSplit.ALL) ? this : new SplitSource(this, split);
    }

    /// Begins to read in random order; close the reader to free its buffer.
    public ShuffledReader shuffled(Shuffle shuffle) {
        return new ShuffledReader(new SingleStore(this), shuffle);
    }

    /// Reads every shard and compares it with its checksum, and looks for values that are not
    /// finite.
    ///
    /// @throws Sae4jException naming the first shard that is damaged
    public void verify() {
        for (int i = 0; i < shards.size(); i++) {
            Path file = shards.get(i).file();
            String expected = info.shards().get(i).crc32c();
            String found = Checksum.of(file).crc32c();
            if (!found.equals(expected)) {
                throw Sae4jException.in(
                        file,
                        "has the checksum %s, but %s says %s: damaged, copy or harvest the store again"
                                .formatted(found, StoreJson.NAME, expected));
            }
        }
        forEach(batch -> {});
    }

    private void checkFinite(Shard shard, int firstRow, float[] values, int rows) {
        if (Vectors.allFinite(values, 0, rows * width())) {
            return;
        }
        int row = 0;
        while (Vectors.allFinite(values, row * width(), width())) {
            row++;
        }
        throw Sae4jException.in(
                shard.file(),
                "row %d of 'activations' holds NaN or infinity: damaged, copy or harvest the store again"
                        .formatted(firstRow + row));
    }

    /// Called by a reader that met a value that is not finite: finds it and throws.
    Sae4jException damage() {
        try {
            verify();
        } catch (Sae4jException e) {
            return e;
        }
        return Sae4jException.in(folder, "was changed while it was being read");
    }

    Path folder() {
        return folder;
    }

    DType dtype() {
        return info.dtype();
    }

    /// Reads rows `row .. row + n`, counted over all shards, as they are on disk.
    void readValues(long row, int n, MemorySegment target) {
        forEachPart(row, n, (shard, from, rows, at) -> shard.readValues(from, rows, target, at));
    }

    /// Reads one number for each of rows `row .. row + n`, counted over all shards.
    void readColumn(Shard.Column column, long row, int n, int[] target) {
        forEachPart(
                row,
                n,
                (shard, from, rows, at) -> shard.readColumn(column, from, rows, target, at));
    }

    /// Rows of one shard, among others that are wanted.
    private interface Part {
        /// @param from first row in the shard
        /// @param at how many wanted rows are in shards before
        void read(Shard shard, int from, int rows, int at);
    }

    private void forEachPart(long row, int n, Part part) {
        int found = Arrays.binarySearch(firstRow, row);
        int i = found >= 0 ? found : -found - 2;
        for (int at = 0; at < n; i++) {
            int from = (int) (row + at - firstRow[i]);
            int rows = Math.min(n - at, shards.get(i).rows() - from);
            part.read(shards.get(i), from, rows, at);
            at += rows;
        }
    }

    List<Shard> shards() {
        return shards;
    }

    @Override
    public void close() {
        shards.forEach(Shard::close);
    }
}
