package dev.sae4j.lm;

import dev.sae4j.kernel.PackedMatrix;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/// Memory for packed weights. Matrices that come while there is room keep their place for good; the
/// others of a model too large for the memory are packed for each use into matrices that are lent.
/// First come, first served is best here: layers are used one after the other, over and over, so
/// that making room for the next would throw out what is needed soonest.
final class PackedRoom {
    private final AtomicLong left; // bytes
    private final Map<Shape, Queue<PackedMatrix>> spare = new ConcurrentHashMap<>();

    private record Shape(int rows, int depth) {}

    /// @param bytes of packed weights that may be kept
    PackedRoom(long bytes) {
        this.left = new AtomicLong(bytes);
    }

    /// Half of the memory that Java may use: the other half is for activations.
    static PackedRoom ofThisProcess() {
        return new PackedRoom(Runtime.getRuntime().maxMemory() / 2);
    }

    boolean hasRoom(int rows, int depth) {
        return bytes(rows, depth) <= left.get();
    }

    /// Takes the room that a matrix needs, if it is there.
    boolean take(int rows, int depth) {
        long bytes = bytes(rows, depth);
        return left.getAndUpdate(l -> l >= bytes ? l - bytes : l) >= bytes;
    }

    /// Lends a matrix of this size to `use`; what is in it is undefined.
    void lend(int rows, int depth, Consumer<PackedMatrix> use) {
        Queue<PackedMatrix> queue =
                spare.computeIfAbsent(new Shape(rows, depth), s -> new ConcurrentLinkedQueue<>());
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
