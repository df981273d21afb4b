package dev.sae4j.store;

import java.util.BitSet;
import java.util.SplittableRandom;

/// Which rows of a plain file to hold out for validation. Where documents are known, hold those out
/// instead ([DocumentSplit]): neighbouring rows of one text are alike.
///
/// @param heldOut share of the rows that is held out, 0 to less than 1; they are drawn at random
/// @param seed same seed, same rows
public record RowSplit(double heldOut, long seed) {
    /// Nothing is held out.
    public static final RowSplit NONE = new RowSplit(0, 0);

    public RowSplit {
        if (!(heldOut >= 0 && heldOut < 1)) {
            throw new IllegalArgumentException(
                    "a share of %s cannot be held out: expected 0 to less than 1"
                            .formatted(heldOut));
        }
    }

    /// Numbers of the rows to train on, ascending.
    int[] training(int rows) {
        BitSet training = select(rows);
        training.flip(0, rows);
        return training.stream().toArray();
    }

    /// Numbers of the rows that are held out, ascending.
    int[] heldOut(int rows) {
        return select(rows).stream().toArray();
    }

    private BitSet select(int rows) {
        long count = Math.round(rows * heldOut);
        BitSet chosen = new BitSet(rows);
        Picker picker = new Picker(rows);
        picker.refill(rows, new SplittableRandom(seed));
        for (long i = 0; i < count; i++) {
            chosen.set(picker.pick());
            picker.remove();
        }
        return chosen;
    }
}
