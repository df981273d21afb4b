package dev.sae4j.sae;

import java.util.Arrays;

/// Puts codes together row by row, entry by entry.
final class CodesBuilder {
    private final int[] rowStart;
    private int[] feature;
    private float[] value;
    private int row;
    private int entries;

    CodesBuilder(int rows, int expectedEntries) {
        this.rowStart = new int[rows + 1];
        this.feature = new int[Math.max(16, expectedEntries)];
        this.value = new float[feature.length];
    }

    /// Adds an entry to the row at hand; features ascend within a row.
    void add(int column, float f) {
        if (entries == feature.length) {
            feature = Arrays.copyOf(feature, 2 * entries);
            value = Arrays.copyOf(value, 2 * entries);
        }
        feature[entries] = column;
        value[entries++] = f;
    }

    /// Ends the row at hand.
    void endRow() {
        rowStart[++row] = entries;
    }

    SparseCodes codes() {
        if (row != rowStart.length - 1) {
            throw new IllegalStateException(
                    "%d of %d rows ended".formatted(row, rowStart.length - 1));
        }
        return new SparseCodes(row, rowStart, feature, value);
    }
}
