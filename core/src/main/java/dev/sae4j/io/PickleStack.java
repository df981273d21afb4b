package dev.sae4j.io;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The values a pickle has built and not yet used, with marks that bound groups of them.
final class PickleStack {
    private final ArrayList<Object> values = new ArrayList<>();
    private int[] marks = new int[16];
    private int markCount;

    void push(Object value) {
        values.add(value);
    }

    Object pop() {
        checkNotEmpty();
        return values.removeLast();
    }

    Object top() {
        checkNotEmpty();
        return values.getLast();
    }

    void mark() {
        if (markCount == marks.length) {
            marks = Arrays.copyOf(marks, 2 * markCount);
        }
        marks[markCount++] = values.size();
    }

    /// True if nothing was pushed since the last mark.
    boolean isAtMark() {
        return markCount > 0 && values.size() == marks[markCount - 1];
    }

    /// Removes and returns what was pushed since the last mark, and the mark.
    List<Object> popToMark() {
        if (markCount == 0) {
            throw new PickleProblem("ends a group of values that was never begun");
        }
        List<Object> group = values.subList(marks[--markCount], values.size());
        List<Object> items = new ArrayList<>(group);
        group.clear();
        return items;
    }

    private void checkNotEmpty() {
        int floor = markCount == 0 ? 0 : marks[markCount - 1];
        if (values.size() <= floor) {
            throw new PickleProblem("uses a value that was never built");
        }
    }
}
