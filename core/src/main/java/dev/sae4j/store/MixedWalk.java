package dev.sae4j.store;

import java.util.SplittableRandom;

/// One epoch of a live source: its rows, mixed in a buffer.
final class MixedWalk implements AutoCloseable {
    private final PulledRows source;
    private final int width;

    /// `[capacity, width]`
    private final float[] buffer;

    private final int capacity;
    private final Picker picker;
    private boolean sourceEnded;

    /// rows that may be given before the buffer is filled up again
    private int toGive;

    /// @param buffer `[capacity, width]`, lent until this is closed
    MixedWalk(ActivationSource source, float[] buffer, SplittableRandom random) {
        width = source.width();
        capacity = buffer.length / width;
        this.buffer = buffer;
        picker = new Picker(capacity);
        picker.refill(capacity, random);
        picker.clear();
        this.source = new PulledRows(source);
    }

    /// Copies the next row to row `slot` of `target`; false if there is none.
    boolean next(float[] target, int slot) {
        if (toGive == 0) {
            fillUp();
        }
        if (picker.isEmpty()) {
            return false;
        }
        System.arraycopy(buffer, picker.pick() * width, target, slot * width, width);
        picker.remove();
        toGive--;
        return true;
    }

    private void fillUp() {
        while (!sourceEnded && picker.size() < capacity) {
            if (source.next(buffer, picker.free())) {
                picker.putBack();
            } else {
                sourceEnded = true;
            }
        }
        toGive = sourceEnded ? picker.size() : Math.ceilDiv(picker.size(), 2);
    }

    @Override
    public void close() {
        source.close();
    }
}
