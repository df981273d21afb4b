package dev.sae4j.sae;

import dev.sae4j.kernel.Rows;

/// Arithmetic on single rows, summed in float64.
final class RowTransforms {
    private RowTransforms() {}

    /// Changes one row in place.
    interface RowChange {
        void change(float[] values, int at, int width);
    }

    /// A copy of the rows, each one changed.
    static Rows copy(Rows x, RowChange change) {
        int width = x.width();
        float[] values = new float[Math.multiplyExact(x.count(), width)];
        for (int r = 0; r < x.count(); r++) {
            System.arraycopy(x.values(), x.start() + r * x.stride(), values, r * width, width);
            change.change(values, r * width, width);
        }
        return Rows.of(values, x.count(), width);
    }

    static float mean(float[] x, int at, int width) {
        double sum = 0;
        for (int c = at; c < at + width; c++) {
            sum += x[c];
        }
        return (float) (sum / width);
    }

    /// Over `width - 1`.
    static float deviation(float[] x, int at, int width, float mean) {
        double sum = 0;
        for (int c = at; c < at + width; c++) {
            double difference = x[c] - mean;
            sum += difference * difference;
        }
        return (float) Math.sqrt(sum / (width - 1));
    }

    static double norm(float[] x, int at, int width) {
        double sum = 0;
        for (int c = at; c < at + width; c++) {
            sum += (double) x[c] * x[c];
        }
        return Math.sqrt(sum);
    }

    /// `target = row · matrix`, the matrix `[n, n]`.
    static void times(double[] row, double[] matrix, float[] target, int at) {
        int n = row.length;
        double[] sum = new double[n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                sum[j] += row[i] * matrix[i * n + j];
            }
        }
        for (int j = 0; j < n; j++) {
            target[at + j] = (float) sum[j];
        }
    }
}
