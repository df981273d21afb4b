package dev.sae4j.store;

import dev.sae4j.kernel.Vectors;
import java.util.List;

/// Adds up norms and means of rows in float64.
final class NormSums {
    private final double[] sums;
    private double norms;
    private double squares;
    private long rows;

    NormSums(int width) {
        sums = new double[width];
    }

    /// Goes on where a store's last full shard ended.
    NormSums(StoreProgress progress) {
        sums = progress.sums().clone();
        norms = progress.norms();
        squares = progress.squares();
        rows = progress.rows();
    }

    /// The sums as they are now, for a store with these shards.
    StoreProgress progress(List<StoreShard> shards) {
        return new StoreProgress(shards, rows, norms, squares, sums.clone());
    }

    /// Adds one row and returns its squared norm, which is finite only if the row is.
    double add(float[] values, int at) {
        double square = Vectors.squaredNorm(values, at, sums.length);
        if (square == Double.POSITIVE_INFINITY) {
            square = exactSquare(values, at);
        }
        norms += Math.sqrt(square);
        squares += square;
        for (int i = 0; i < sums.length; i++) {
            sums[i] += values[at + i];
        }
        rows++;
        return square;
    }

    private double exactSquare(float[] values, int at) {
        double square = 0;
        for (int i = 0; i < sums.length; i++) {
            square += (double) values[at + i] * values[at + i];
        }
        return square;
    }

    StoreNorms result() {
        float[] mean = new float[sums.length];
        for (int i = 0; i < mean.length; i++) {
            mean[i] = (float) (sums[i] / rows);
        }
        return new StoreNorms(norms / rows, Math.sqrt(squares / rows), mean);
    }
}
