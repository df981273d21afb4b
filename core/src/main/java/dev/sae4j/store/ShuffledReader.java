package dev.sae4j.store;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.kernel.Vectors;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;

/// Reads a store, or two of them side by side, in random order, epoch after epoch: each row once an
/// epoch, each epoch in another order, the same order for the same seed. [Shuffle] says how. For one
/// thread at a time.
public final class ShuffledReader implements TrainingRows, AutoCloseable {
    private static final int CHUNK_ROWS = 1024;

    /// The buffer mixes rows of at least this many chunks.
    private static final int MIXED_CHUNKS = 32;

    private final StoredRows stored;
    private final Arena arena = Arena.ofShared();
    private final EpochSeeds seeds;
    private final ChunkStream chunks;
    private final Picker picker;
    private final int capacity;

    /// `[capacity, width]` in the stores' dtypes
    private final MemorySegment buffer;

    /// true if the buffer holds all rows
    private boolean holdsAll;

    private long position;

    ShuffledReader(StoredRows stored, Shuffle shuffle) {
        this.stored = stored;
        seeds = new EpochSeeds(shuffle.seed());
        long rowBytes = stored.rowBytes();
        long most = Math.clamp(shuffle.bufferBytes() / rowBytes, 1, Integer.MAX_VALUE - 8);
        int chunkRows = Math.clamp(Math.min(most, stored.rows()) / MIXED_CHUNKS, 16, CHUNK_ROWS);
        chunks = new ChunkStream(stored, shuffle.split(), chunkRows);
        if (chunks.rows() == 0) {
            throw new Sae4jException(
                    "the store has no rows in this part of its documents (one in %d held out): harvest more text"
                            .formatted(shuffle.split().oneIn()));
        }
        capacity = (int) Math.min(most, chunks.rows());
        stored.allocate(chunkRows, this::room);
        buffer = room(capacity * rowBytes);
        picker = new Picker(capacity);
    }

    private MemorySegment room(long bytes) {
        try {
            return arena.allocate(bytes, 64);
        } catch (OutOfMemoryError e) {
            arena.close();
            throw new Sae4jException(
                    "not enough memory for a shuffle buffer of %d rows: it needs %d MB"
                            .formatted(bytes / stored.rowBytes(), bytes >> 20),
                    e);
        }
    }

    @Override
    public int width() {
        return stored.width();
    }

    @Override
    public int inputs() {
        return stored.inputs();
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
        int width = stored.width();
        for (int i = 0; i < rows; i++) {
            if (picker.isEmpty()) {
                startEpoch(position / chunks.rows());
            }
            int slot = picker.pick();
            stored.toFloats(buffer, slot, target, i * width);
            if (!holdsAll && chunks.advance()) {
                chunks.copy(buffer, slot);
            } else {
                picker.remove();
            }
            position++;
        }
        if (!Vectors.allFinite(target, 0, rows * width)) {
            throw stored.damage();
        }
        return rows;
    }

    private void startEpoch(long epoch) {
        SplittableRandom random = seeds.of(epoch);
        if (capacity < chunks.rows()) {
            chunks.restart(random);
            fill();
        } else if (!holdsAll) {
            chunks.restart();
            fill();
            holdsAll = true;
        }
        picker.refill(capacity, random);
    }

    private void fill() {
        for (int slot = 0; slot < capacity; slot++) {
            if (!chunks.advance()) {
                throw new IllegalStateException("fewer rows than were counted");
            }
            chunks.copy(buffer, slot);
        }
    }

    @Override
    public long position() {
        return position;
    }

    /// Goes to another position. Within an epoch, the picks before it are made again; rows that
    /// came and went meanwhile are not read.
    @Override
    public void seek(long row) {
        RowOrder.checkPosition(row);
        picker.clear();
        long within = row % chunks.rows();
        long epoch = row / chunks.rows();
        if (within > 0 && capacity < chunks.rows()) {
            replay(epoch, within);
        } else if (within > 0) {
            startEpoch(epoch);
            for (long i = 0; i < within; i++) {
                picker.pick();
                picker.remove();
            }
        }
        position = row;
    }

    /// Puts the buffer into the state that it has after `picks` rows of an epoch: finds out which
    /// rows of the stream it holds then, and goes through the stream again to read those.
    private void replay(long epoch, long picks) {
        long[] holds = new long[capacity];
        for (int pass = 1; pass <= 2; pass++) {
            SplittableRandom random = seeds.of(epoch);
            chunks.restart(random);
            picker.refill(capacity, random);
            for (long given = -capacity; given < picks; given++) {
                int slot = given < 0 ? (int) (given + capacity) : picker.pick();
                long incoming = given + capacity;
                if (incoming >= chunks.rows()) {
                    picker.remove();
                } else if (pass == 1) {
                    holds[slot] = incoming;
                } else {
                    chunks.advance();
                    if (holds[slot] == incoming) {
                        chunks.copy(buffer, slot);
                    }
                }
            }
        }
    }

    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
