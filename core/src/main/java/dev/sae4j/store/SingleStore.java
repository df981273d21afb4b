package dev.sae4j.store;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.LongFunction;

/// The rows of one store.
final class SingleStore implements StoredRows {
    private final ActivationStore store;
    private MemorySegment chunk = MemorySegment.NULL;

    SingleStore(ActivationStore store) {
        this.store = store;
    }

    @Override
    public int width() {
        return store.width();
    }

    @Override
    public int inputs() {
        return store.width();
    }

    @Override
    public long rowBytes() {
        return (long) store.width() * store.dtype().bytes();
    }

    @Override
    public long rows() {
        return store.rows();
    }

    @Override
    public List<Integer> shardRows() {
        return store.shards().stream().map(Shard::rows).toList();
    }

    @Override
    public void allocate(int rows, LongFunction<MemorySegment> room) {
        chunk = room.apply(rows * rowBytes());
    }

    @Override
    public void load(long row, int n) {
        store.readValues(row, n, chunk);
    }

    @Override
    public void copy(int loaded, MemorySegment target, long slot) {
        MemorySegment.copy(chunk, loaded * rowBytes(), target, slot * rowBytes(), rowBytes());
    }

    @Override
    public void toFloats(MemorySegment source, long slot, float[] target, int at) {
        Conversion.toFloats(store.dtype(), source, slot * width(), target, at, width());
    }

    @Override
    public void documents(long row, int n, int[] target) {
        store.readColumn(Shard.Column.DOCUMENT, row, n, target);
    }

    @Override
    public RuntimeException damage() {
        return store.damage();
    }
}
