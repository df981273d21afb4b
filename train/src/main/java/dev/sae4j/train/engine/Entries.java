package dev.sae4j.train.engine;

import java.util.Arrays;

/// The selected (row, feature) pairs of a batch: by row, features ascending, and the same pairs in
/// the order of features, so that each feature's gradient is summed by one thread in the order of
/// rows. Arrays are kept from batch to batch and grow when they must.
final class Entries {
    private final int features;
    private final int[] next;

    int rows;
    int size;
    int[] rowStart = new int[1]; // [rows + 1]
    int[] feature = new int[0];
    int[] row = new int[0]; // of each entry
    float[] pre = new float[0]; // pre-activation z (u for gates)
    float[] value = new float[0]; // what the decoder row is multiplied with
    float[] gradient = new float[0]; // of the reconstruction's loss by `value`
    float[] second = new float[0]; // the same two for a second reconstruction
    float[] secondGradient = new float[0];

    final int[] start; // [F + 1], feature j owns order[start[j] .. start[j + 1])
    int[] order = new int[0]; // entries in the order of features, then rows

    Entries(int features) {
        this.features = features;
        this.start = new int[features + 1];
        this.next = new int[features];
    }

    /// Makes room for a batch.
    void reserve(int batchRows, int entries, boolean withSecond) {
        rows = batchRows;
        size = entries;
        if (rowStart.length < batchRows + 1) {
            rowStart = new int[batchRows + 1];
        }
        if (feature.length < entries) {
            int room = entries + entries / 4;
            feature = new int[room];
            row = new int[room];
            pre = new float[room];
            value = new float[room];
            gradient = new float[room];
            order = new int[room];
        }
        if (withSecond && second.length < feature.length) {
            second = new float[feature.length];
            secondGradient = new float[feature.length];
        }
    }

    /// Closes the gaps between rows. On entry row `r` begins at `r·stride`, where `stride` is the room
    /// for a row that was reserved, and `row[r]` says how many entries it has.
    void compact() {
        int stride = rows == 0 ? 0 : size / rows;
        int n = 0;
        for (int r = 0; r < rows; r++) {
            rowStart[r] = n;
            int count = row[r];
            if (n != r * stride) {
                System.arraycopy(feature, r * stride, feature, n, count);
                System.arraycopy(pre, r * stride, pre, n, count);
            }
            n += count;
        }
        rowStart[rows] = n;
        size = n;
    }

    /// Fills `row` and the order of features (counting sort). Entries of a feature are in the order
    /// of rows.
    void index() {
        Arrays.fill(start, 0);
        for (int r = 0; r < rows; r++) {
            for (int i = rowStart[r]; i < rowStart[r + 1]; i++) {
                row[i] = r;
                start[feature[i] + 1]++;
            }
        }
        for (int j = 0; j < features; j++) {
            start[j + 1] += start[j];
            next[j] = start[j];
        }
        for (int i = 0; i < size; i++) {
            order[next[feature[i]]++] = i;
        }
    }

    /// Selected entries of a feature.
    int count(int j) {
        return start[j + 1] - start[j];
    }
}
