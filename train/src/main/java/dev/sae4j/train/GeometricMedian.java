package dev.sae4j.train;

/// The point with the smallest sum of distances to given rows: unlike the mean it does not follow a
/// few very long ones. Weiszfeld's iteration as dictionary_learning stops it, in double, with the
/// step of Vardi and Zhang (2000) where rows lie at the guess itself: the plain iteration would
/// never leave them.
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
            double[] next = next(rows, guess);
            double moved = 0;
            for (int c = 0; c < d; c++) {
                moved += (next[c] - guess[c]) * (next[c] - guess[c]);
            }
            guess = next;
            if (moved < TOLERANCE * TOLERANCE) {
                break;
            }
        }
        float[] median = new float[d];
        for (int c = 0; c < d; c++) {
            median[c] = (float) guess[c];
        }
        return median;
    }

    /// The mean of the rows, each weighted with one over its distance. Rows at the guess itself pull
    /// it back, as strongly as there are many of them.
    private static double[] next(float[] rows, double[] guess) {
        int d = guess.length;
        double[] mean = new double[d];
        double weights = 0;
        int atGuess = 0;
        for (int at = 0; at < rows.length; at += d) {
            double square = 0;
            for (int c = 0; c < d; c++) {
                double difference = rows[at + c] - guess[c];
                square += difference * difference;
            }
            if (square < 1e-24) {
                atGuess++;
                continue;
            }
            double weight = 1 / Math.sqrt(square);
            weights += weight;
            for (int c = 0; c < d; c++) {
                mean[c] += weight * rows[at + c];
            }
        }
        if (weights == 0) {
            return guess;
        }
        double pull = 0; // squared length of the sum of unit vectors to the other rows
        for (int c = 0; c < d; c++) {
            mean[c] /= weights;
            double difference = weights * (mean[c] - guess[c]);
            pull += difference * difference;
        }
        double stay = atGuess == 0 ? 0 : Math.min(1, atGuess / Math.sqrt(pull));
        for (int c = 0; c < d; c++) {
            mean[c] += stay * (guess[c] - mean[c]);
        }
        return mean;
    }
}
