package dev.sae4j.store;

import java.util.SplittableRandom;

/// Picks slots of a pool at random. A picked slot is either taken out or, when it has been filled
/// again, left in. Taking all of them out visits each once, in uniformly random order.
final class Picker {
    /// `[capacity]`; the first `size` are the slots still to be picked, behind them those taken out
    private final int[] slots;

    private int size;
    private int last;
    private SplittableRandom random = new SplittableRandom(0);

    Picker(int capacity) {
        slots = new int[capacity];
    }

    /// Puts slots 0 to `count - 1` in. What follows depends on `random` alone.
    void refill(int count, SplittableRandom random) {
        for (int i = 0; i < count; i++) {
            slots[i] = i;
        }
        size = count;
        this.random = random;
    }

    /// Takes all slots out.
    void clear() {
        size = 0;
    }

    boolean isEmpty() {
        return size == 0;
    }

    /// Slots that can be picked.
    int size() {
        return size;
    }

    /// The slot that can be picked as number `i`, from 0.
    int slot(int i) {
        return slots[i];
    }

    int pick() {
        last = random.nextInt(size);
        return slots[last];
    }

    /// Takes out what was picked last.
    void remove() {
        int slot = slots[last];
        slots[last] = slots[--size];
        slots[size] = slot;
    }

    /// The slot that [#putBack] would put in: the one taken out last.
    int free() {
        return slots[size];
    }

    /// Puts the slot taken out last in again.
    void putBack() {
        size++;
    }
}
