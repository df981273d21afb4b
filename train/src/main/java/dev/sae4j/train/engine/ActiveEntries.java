package dev.sae4j.train.engine;

import java.util.Arrays;

/// The active (row, feature) pairs of a batch, `k` slots a row, and the same pairs in the order of
/// features, so that each feature's gradient can be summed by one thread in the order of rows.
///
/// Slots whose value is 0 are not active.
final class ActiveEntries {
    final int k;
    final float[] value; // [B * k], feature activations
    final int[] feature; // [B * k]
    final float[] gradient; // [B * k], of the loss by the value
    final int[] slot; // active slots in the order of features, then rows
    final int[] start; // [F + 1], feature j owns slot[start[j] .. start[j + 1])
    private final int[] next;

    ActiveEntries(int rows, int k, int features) {
        int slots = Math.multiplyExact(rows, k);
        this.k = k;
        this.value = new float[slots];
        this.feature = new int[slots];
        this.gradient = new float[slots];
        this.slot = new int[slots];
        this.start = new int[features + 1];
        this.next = new int[features];
    }

    /// Empties the slots of a row that are not positive, or were never filled.
    void relu(int row) {
        for (int s = row * k; s < (row + 1) * k; s++) {
            if (!(value[s] > 0)) {
                value[s] = 0f;
                feature[s] = 0;
            }
        }
    }

    /// Sorts the active slots of the first `rows` rows by feature (counting sort).
    void indexByFeature(int rows) {
        int slots = rows * k;
        int features = next.length;
        Arrays.fill(start, 0);
        for (int s = 0; s < slots; s++) {
            if (value[s] > 0) {
                start[feature[s] + 1]++;
            }
        }
        for (int j = 0; j < features; j++) {
            start[j + 1] += start[j];
            next[j] = start[j];
        }
        for (int s = 0; s < slots; s++) {
            if (value[s] > 0) {
                slot[next[feature[s]]++] = s;
            }
        }
    }

    /// Active slots of a feature in this batch.
    int count(int j) {
        return start[j + 1] - start[j];
    }

    /// Active slots in all.
    int size() {
        return start[next.length];
    }
}
