package dev.sae4j.sae;

import dev.sae4j.kernel.Gemm;
import java.util.Arrays;

/// Keeps the values of a product that are positive and above their feature's threshold.
final class AboveThreshold implements Gemm.Sink {
    private final float[] bias; // [F]
    private final float[] threshold; // [F]
    private final int[][] feature; // per row, growing
    private final float[][] value;
    private final int[] count;

    AboveThreshold(int rows, float[] bias, float[] threshold) {
        this.bias = bias;
        this.threshold = threshold;
        this.feature = new int[rows][16];
        this.value = new float[rows][16];
        this.count = new int[rows];
    }

    @Override
    public void accept(float[] tile, int stride, int row, int rows, int first, int columns) {
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                float z = tile[r * stride + c] + bias[first + c];
                if (z > 0 && z > threshold[first + c]) {
                    add(row + r, first + c, z);
                }
            }
        }
    }

    private void add(int row, int column, float z) {
        int n = count[row]++;
        if (n == feature[row].length) {
            feature[row] = Arrays.copyOf(feature[row], 2 * n);
            value[row] = Arrays.copyOf(value[row], 2 * n);
        }
        feature[row][n] = column;
        value[row][n] = z;
    }

    SparseCodes codes() {
        int[] rowStart = new int[count.length + 1];
        for (int r = 0; r < count.length; r++) {
            rowStart[r + 1] = Math.addExact(rowStart[r], count[r]);
        }
        int[] features = new int[rowStart[count.length]];
        float[] values = new float[features.length];
        for (int r = 0; r < count.length; r++) {
            System.arraycopy(feature[r], 0, features, rowStart[r], count[r]);
            System.arraycopy(value[r], 0, values, rowStart[r], count[r]);
        }
        return new SparseCodes(count.length, rowStart, features, values);
    }
}
