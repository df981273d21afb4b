package dev.sae4j.train;

/// The point with the smallest sum of distances to given rows: unlike the mean it does not follow a
/// few very long ones. Weiszfeld's iteration, in double.
final class GeometricMedian {
    private static final int MAX_ITERATIONS = 100;
    private static final double TOLERANCE = 1e-5;

    private GeometricMedian() {}

    /// @param rows `[n, d]`
    /// @param start `[d]`, first guess, such as the mean
    static float[] of(float[] rows, int d, float[] start) {
        double[] guess = new double[d];
        for (int c = 0; c < d; c++) {
            guess[c] = start[c];
        }
        for (int i = 0; i < MAX_ITERATIONS; i++) {
            double[] next = new double[d];
            double weights = 0;
            for (int at = 0; at < rows.length; at += d) {
                double square = 0;
                for (int c = 0; c < d; c++) {
                    double difference = rows[at + c] - guess[c];
                    square += difference * difference;
                }
                double weight = 1 / Math.max(Math.sqrt(square), 1e-12); // a row at the guess itself
                weights += weight;
                for (int c = 0; c < d; c++) {
                    next[c] += weight * rows[at + c];
                }
            }
            double moved = 0;
            double size = 0;
            for (int c = 0; c < d; c++) {
                next[c] /= weights;
                moved += (next[c] - guess[c]) * (next[c] - guess[c]);
                size += next[c] * next[c];
            }
            guess = next;
            if (moved <= TOLERANCE * TOLERANCE * Math.max(size, 1e-30)) {
                break;
            }
        }
        float[] median = new float[d];
        for (int c = 0; c < d; c++) {
            median[c] = (float) guess[c];
        }
        return median;
    }
}
