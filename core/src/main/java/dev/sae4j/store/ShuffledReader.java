package dev.sae4j.store;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.kernel.Vectors;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;

/// Reads a store in random order, epoch after epoch: each row once an epoch, each epoch in another
/// order, the same order for the same seed. [Shuffle] says how. For one thread at a time.
public final class ShuffledReader implements TrainingRows, AutoCloseable {
    private static final int CHUNK_ROWS = 1024;

    /// The buffer mixes rows of at least this many chunks.
    private static final int MIXED_CHUNKS = 32;

    private final ActivationStore store;
    private final Arena arena = Arena.ofShared();
    private final SplittableRandom seeds;
    private final ChunkStream chunks;
    private final Picker picker;
    private final int capacity;

    /// `[capacity, width]` in the store's dtype
    private final MemorySegment buffer;

    private boolean holdsAll;

    ShuffledReader(ActivationStore store, Shuffle shuffle) {
        this.store = store;
        seeds = new SplittableRandom(shuffle.seed());
        long rowBytes = (long) store.width() * store.dtype().bytes();
        long most = Math.clamp(shuffle.bufferBytes() / rowBytes, 1, Integer.MAX_VALUE - 8);
        int chunkRows = Math.clamp(Math.min(most, store.rows()) / MIXED_CHUNKS, 16, CHUNK_ROWS);
        chunks = new ChunkStream(store, shuffle.split(), chunkRows, room(chunkRows, rowBytes));
        if (chunks.rows() == 0) {
            arena.close();
            throw new Sae4jException(
                    "the store has no rows in this part of its documents (one in %d held out): harvest more text"
                            .formatted(shuffle.split().oneIn()));
        }
        capacity = (int) Math.min(most, chunks.rows());
        buffer = room(capacity, rowBytes);
        picker = new Picker(capacity);
    }

    private MemorySegment room(int rows, long rowBytes) {
        try {
            return arena.allocate(rows * rowBytes, 64);
        } catch (OutOfMemoryError e) {
            arena.close();
            throw new Sae4jException(
                    "not enough memory for a shuffle buffer of %d rows: it needs %d MB"
                            .formatted(rows, (rows * rowBytes) >> 20),
                    e);
        }
    }

    @Override
    public int width() {
        return store.width();
    }

    @Override
    public long rowsPerEpoch() {
        return chunks.rows();
    }

    /// Rows that the buffer holds.
    public int bufferRows() {
        return capacity;
    }

    @Override
    public int next(float[] target, int rows) {
        int width = store.width();
        for (int i = 0; i < rows; i++) {
            if (picker.isEmpty()) {
                startEpoch();
            }
            int slot = picker.pick();
            Conversion.toFloats(
                    store.dtype(), buffer, (long) slot * width, target, i * width, width);
            if (holdsAll || !chunks.next(buffer, slot)) {
                picker.remove();
            }
        }
        if (!Vectors.allFinite(target, 0, rows * width)) {
            throw store.damage();
        }
        return rows;
    }

    private void startEpoch() {
        SplittableRandom random = seeds.split();
        if (!holdsAll) {
            chunks.restart(random);
            for (int slot = 0; slot < capacity; slot++) {
                if (!chunks.next(buffer, slot)) {
                    throw new IllegalStateException("fewer rows than were counted");
                }
            }
            holdsAll = capacity == chunks.rows();
        }
        picker.refill(capacity, random);
    }

    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
