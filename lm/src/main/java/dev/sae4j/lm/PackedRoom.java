package dev.sae4j.lm;

import dev.sae4j.kernel.PackedMatrix;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/// Memory for packed weights. Matrices that come while there is room keep their place for good; the
/// others are packed for each use into matrices that are lent. First come, first served is best
/// here: layers are used one after the other, over and over, so that making room for the next would
/// throw out what is needed soonest.
///
/// A product of many rows takes thirty times as long as packing its matrix, so those who bring many
/// rows get little room: a harvest of a large model needs no more memory than that of a small one.
final class PackedRoom {
    /// Rows for which packing again costs little.
    static final int MANY = 512;

    private static final long FOR_MANY_ROWS = 256L << 20; // bytes

    private final long bytes;
    private final long forManyRows;
    private final AtomicLong taken = new AtomicLong(); // bytes
    private final Map<Shape, Queue<PackedMatrix>> spare = new ConcurrentHashMap<>();

    private record Shape(int rows, int depth) {}

    /// @param bytes of packed weights that may be kept
    /// @param forManyRows of these, what products of [#MANY] rows may take
    PackedRoom(long bytes, long forManyRows) {
        this.bytes = bytes;
        this.forManyRows = Math.min(bytes, forManyRows);
    }

    /// Half of the memory that Java may use: the other half is for activations.
    static PackedRoom ofThisProcess() {
        return new PackedRoom(Runtime.getRuntime().maxMemory() / 2, FOR_MANY_ROWS);
    }

    /// True if there is room for a matrix that meets a few rows at a time.
    boolean hasRoom(int rows, int depth) {
        return taken.get() + bytes(rows, depth) <= bytes;
    }

    /// Takes the room that a matrix needs, if it is there.
    ///
    /// @param met rows that it is multiplied with
    boolean take(int rows, int depth, int met) {
        long size = bytes(rows, depth);
        long limit = (met >= MANY ? forManyRows : bytes) - size;
        return taken.getAndUpdate(t -> t <= limit ? t + size : t) <= limit;
    }

    /// Lends a matrix of this size to `use`; what is in it is undefined.
    void lend(int rows, int depth, Consumer<PackedMatrix> use) {
        Queue<PackedMatrix> queue =
                spare.computeIfAbsent(new Shape(rows, depth), _ -> new ConcurrentLinkedQueue<>());
        PackedMatrix free = queue.poll();
        PackedMatrix lent = free == null ? PackedMatrix.allocate(rows, depth) : free;
        try {
            use.accept(lent);
        } finally {
            queue.add(lent);
        }
    }

    private static long bytes(int rows, int depth) {
        return (long) Float.BYTES * rows * depth;
    }
}
