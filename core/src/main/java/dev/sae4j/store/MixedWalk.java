package dev.sae4j.store;

import dev.sae4j.io.Sae4jException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// One epoch of a live source: its rows, mixed in a buffer.
///
/// Which slot of the buffer is given next depends on the random source alone. So a walk can be gone on
/// with by picking again without rows, which says what the buffer held, and running the source from a
/// mark before the rows that it held. A few of them may be much older than the others: these are kept
/// beside the mark, and the mark is the last one that has no more than a sixteenth of the buffer before
/// it.
final class MixedWalk implements AutoCloseable {
    private static final int KEPT_SHARE = 16;

    private final PulledRows source;
    private final int width;

    /// `[capacity, width]`
    private final float[] buffer;

    /// `[capacity]`, number of the row in a slot, counted from the epoch's first
    private final long[] rowIn;

    private final int capacity;
    private final Picker picker;

    /// rows taken from the source
    private long read;

    private boolean sourceEnded;

    /// rows that may be given before the buffer is filled up again
    private int toGive;

    /// that may still be needed, in order
    private final ArrayDeque<MarkedSource.Mark> marks = new ArrayDeque<>();

    /// Where a walk was.
    ///
    /// @param given rows
    /// @param sourceRows rows of the whole source; `Long.MAX_VALUE` if it had not ended
    /// @param mark before all rows but those in `kept`
    /// @param kept `[n, width]`, the oldest rows of the buffer, in order
    record State(long given, long sourceRows, MarkedSource.Mark mark, float[] kept) {}

    /// @param buffer `[capacity, width]`, lent until this is closed
    MixedWalk(ActivationSource source, float[] buffer, SplittableRandom random) {
        this(source, buffer, random, null);
    }

    /// As it was in `state`, of a walk of the same source with the same random source.
    ///
    /// @throws Sae4jException if the source ends too early
    MixedWalk(
            ActivationSource source,
            float[] buffer,
            SplittableRandom random,
            @Nullable State state) {
        width = source.width();
        capacity = buffer.length / width;
        this.buffer = buffer;
        rowIn = new long[capacity];
        picker = new Picker(capacity);
        picker.refill(capacity, random);
        picker.clear();
        if (state != null) {
            replay(state);
        }
        this.source = new PulledRows(source, state == null ? null : state.mark);
        if (state != null) {
            try {
                refill(state);
            } catch (RuntimeException e) {
                close();
                throw e;
            }
        }
    }

    /// Copies the next row to row `slot` of `target`; false if there is none.
    boolean next(float[] target, int slot) {
        if (toGive == 0) {
            fillUp(this::take);
            forgetMarks();
        }
        if (picker.isEmpty()) {
            return false;
        }
        System.arraycopy(buffer, pick() * width, target, slot * width, width);
        return true;
    }

    private int pick() {
        int slot = picker.pick();
        picker.remove();
        toGive--;
        return slot;
    }

    /// Puts the next row of the source into a slot.
    private interface Taking {
        boolean into(int slot);
    }

    private void fillUp(Taking rows) {
        while (!sourceEnded && picker.size() < capacity) {
            int slot = picker.free();
            if (rows.into(slot)) {
                rowIn[slot] = read++;
                picker.putBack();
            } else {
                sourceEnded = true;
            }
        }
        toGive = sourceEnded ? picker.size() : Math.ceilDiv(picker.size(), 2);
    }

    private boolean take(int slot) {
        boolean there = source.next(buffer, slot);
        MarkedSource.Mark mark = there ? source.mark() : null;
        if (mark != null) {
            marks.add(mark);
        }
        return there;
    }

    /// Picks again, without rows.
    private void replay(State state) {
        for (long i = 0; i < state.given; i++) {
            if (toGive == 0) {
                fillUp(slot -> read < state.sourceRows);
            }
            if (picker.isEmpty()) {
                throw damaged();
            }
            pick();
        }
    }

    private static Sae4jException damaged() {
        return new Sae4jException(
                "the saved place in the activations is damaged: begin the run again, without --resume");
    }

    /// Fetches the rows that the buffer held.
    private void refill(State state) {
        long first = state.mark.rows();
        Map<Long, Integer> slotOf = new HashMap<>();
        long[] old = new long[picker.size()];
        int n = 0;
        for (int i = 0; i < picker.size(); i++) {
            int slot = picker.slot(i);
            slotOf.put(rowIn[slot], slot);
            if (rowIn[slot] < first) {
                old[n++] = rowIn[slot];
            }
        }
        if (first > read || state.kept.length != n * width) {
            throw damaged();
        }
        Arrays.sort(old, 0, n);
        for (int i = 0; i < n; i++) {
            int slot = slotOf.getOrDefault(old[i], 0);
            System.arraycopy(state.kept, i * width, buffer, slot * width, width);
        }
        float[] ignored = new float[width];
        for (long row = first; row < read; row++) {
            Integer slot = slotOf.get(row);
            boolean there = slot == null ? source.next(ignored, 0) : take(slot);
            if (!there) {
                throw new Sae4jException(
                        "the activations end after %d rows of an epoch, but there were %d: is it the same text, and the same model?"
                                .formatted(row, read));
            }
            MarkedSource.Mark mark = slot == null ? source.mark() : null;
            if (mark != null) {
                marks.add(mark);
            }
        }
        forgetMarks();
    }

    /// Where this is; null if the source has told no mark from which to go on.
    @Nullable State state(long given) {
        forgetMarks();
        MarkedSource.Mark mark = marks.peek();
        if (mark == null || mark.rows() > lastMark()) {
            return null;
        }
        long[] old = new long[picker.size()];
        Map<Long, Integer> slotOf = new HashMap<>();
        int n = 0;
        for (int i = 0; i < picker.size(); i++) {
            int slot = picker.slot(i);
            if (rowIn[slot] < mark.rows()) {
                slotOf.put(rowIn[slot], slot);
                old[n++] = rowIn[slot];
            }
        }
        Arrays.sort(old, 0, n);
        float[] kept = new float[n * width];
        for (int i = 0; i < n; i++) {
            int slot = slotOf.getOrDefault(old[i], 0);
            System.arraycopy(buffer, slot * width, kept, i * width, width);
        }
        return new State(given, sourceEnded ? read : Long.MAX_VALUE, mark, kept);
    }

    /// Rows that may lie before the mark to go on from.
    private long lastMark() {
        int most = capacity / KEPT_SHARE;
        if (picker.size() <= most) {
            return read;
        }
        long[] rows = new long[picker.size()];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = rowIn[picker.slot(i)];
        }
        Arrays.sort(rows);
        return rows[most];
    }

    /// Keeps one mark to go on from, and those behind it.
    private void forgetMarks() {
        if (marks.size() < 2) {
            return;
        }
        long last = lastMark();
        while (marks.size() > 1) {
            MarkedSource.Mark first = marks.remove();
            MarkedSource.Mark second = marks.element();
            if (second.rows() > last) {
                marks.addFirst(first);
                return;
            }
        }
    }

    @Override
    public void close() {
        source.close();
    }
}
