package dev.sae4j.train.engine;

import java.util.Arrays;

/// Which of several equal values torch's `topk` takes on a CPU. It matters where a row has fewer
/// positive activations than `k`, and features that were selected with activation 0 are trained all
/// the same (sparsify): the zeros are then taken in the order in which C++'s `nth_element` leaves
/// them.
///
/// This is libstdc++'s introselect on pairs of value and index, larger values first, as ATen calls it
/// when `64·k > n`. For smaller `k` the smaller indices are taken.
final class TorchTies {
    private final float[] value;
    private final int[] index;

    /// @param values one row; not changed
    private TorchTies(float[] values) {
        value = values.clone();
        index = new int[values.length];
        for (int i = 0; i < index.length; i++) {
            index[i] = i;
        }
    }

    /// The indices of the `k` that torch keeps, in no particular order.
    static int[] kept(float[] values, int k) {
        var ties = new TorchTies(values);
        if (k < values.length) {
            ties.select(k - 1);
        }
        return Arrays.copyOf(ties.index, k);
    }

    /// True if torch takes this way for `k` of `n` values.
    static boolean applies(int k, int n) {
        return 64L * k > n;
    }

    private boolean before(int a, int b) {
        return value[a] > value[b];
    }

    private void swap(int a, int b) {
        float v = value[a];
        value[a] = value[b];
        value[b] = v;
        int i = index[a];
        index[a] = index[b];
        index[b] = i;
    }

    private void select(int nth) {
        int first = 0;
        int last = value.length;
        int depth = 2 * (31 - Integer.numberOfLeadingZeros(last));
        while (last - first > 3) {
            if (depth-- == 0) {
                throw new IllegalStateException(
                        "a row of " + value.length + " values defeats nth_element");
            }
            int cut = partition(first, last);
            if (cut <= nth) {
                first = cut;
            } else {
                last = cut;
            }
        }
        for (int i = first + 1; i < last; i++) {
            insert(first, i);
        }
    }

    private int partition(int first, int last) {
        int middle = first + (last - first) / 2;
        medianToFirst(first, first + 1, middle, last - 1);
        int low = first + 1;
        int high = last;
        while (true) {
            while (before(low, first)) {
                low++;
            }
            high--;
            while (before(first, high)) {
                high--;
            }
            if (low >= high) {
                return low;
            }
            swap(low, high);
            low++;
        }
    }

    private void medianToFirst(int result, int a, int b, int c) {
        if (before(a, b)) {
            swap(result, before(b, c) ? b : before(a, c) ? c : a);
        } else {
            swap(result, before(a, c) ? a : before(b, c) ? c : b);
        }
    }

    private void insert(int first, int at) {
        float v = value[at];
        int i = index[at];
        int to = at;
        if (v > value[first]) {
            to = first;
        } else {
            while (v > value[to - 1]) {
                to--;
            }
        }
        System.arraycopy(value, to, value, to + 1, at - to);
        System.arraycopy(index, to, index, to + 1, at - to);
        value[to] = v;
        index[to] = i;
    }
}
