package dev.sae4j.features.collect;

import dev.sae4j.sae.SparseCodes;

/// How often and how strongly each feature fires, collected in one pass over rows in order.
///
/// A feature fires on a row if its activation is above 0. Statistics of two parts of a corpus add up
/// with [#merge]; counts and maxima are then exact, sums differ from those of one pass by rounding.
public final class FeatureStatistics {
    /// Positions below this are counted one by one, the others together in the last bin.
    public static final int POSITION_BINS = 32;

    private final int features;
    private long rows;
    private long documents;
    private final long[] fires; // [F]
    private final float[] max; // [F]
    private final double[] sum; // [F]
    private final double[] sumOfSquares; // [F]
    private final int[] byPosition; // [F, POSITION_BINS]

    /// Statistics of `features` features over no rows.
    public FeatureStatistics(int features) {
        this.features = features;
        this.fires = new long[features];
        this.max = new float[features];
        this.sum = new double[features];
        this.sumOfSquares = new double[features];
        this.byPosition = new int[Math.multiplyExact(features, POSITION_BINS)];
    }

    /// Statistics as they were collected before, such as read from a file; the arrays are kept.
    ///
    /// @param byPosition `[F, POSITION_BINS]`
    public FeatureStatistics(
            long rows,
            long documents,
            long[] fires,
            float[] max,
            double[] sum,
            double[] sumOfSquares,
            int[] byPosition) {
        this.features = fires.length;
        if (max.length != features
                || sum.length != features
                || sumOfSquares.length != features
                || byPosition.length != features * POSITION_BINS) {
            throw new IllegalArgumentException("statistics of different numbers of features");
        }
        this.rows = rows;
        this.documents = documents;
        this.fires = fires;
        this.max = max;
        this.sum = sum;
        this.sumOfSquares = sumOfSquares;
        this.byPosition = byPosition;
    }

    /// Adds the rows of one document.
    ///
    /// @param positions `[codes.rows]`, position of each row in its context
    public void add(SparseCodes codes, int[] positions) {
        documents++;
        rows += codes.rows();
        for (int r = 0; r < codes.rows(); r++) {
            int bin = Math.min(positions[r], POSITION_BINS - 1);
            for (int i = codes.rowStart()[r]; i < codes.rowStart()[r + 1]; i++) {
                int f = codes.feature()[i];
                float value = codes.value()[i];
                if (!(value > 0)) {
                    continue;
                }
                fires[f]++;
                max[f] = Math.max(max[f], value);
                sum[f] += value;
                sumOfSquares[f] += (double) value * value;
                byPosition[f * POSITION_BINS + bin]++;
            }
        }
    }

    /// Adds what was collected from another part of the corpus.
    public void merge(FeatureStatistics other) {
        if (other.features != features) {
            throw new IllegalArgumentException(
                    "statistics of %d features cannot be merged with those of %d"
                            .formatted(other.features, features));
        }
        rows += other.rows;
        documents += other.documents;
        for (int f = 0; f < features; f++) {
            fires[f] += other.fires[f];
            max[f] = Math.max(max[f], other.max[f]);
            sum[f] += other.sum[f];
            sumOfSquares[f] += other.sumOfSquares[f];
        }
        for (int i = 0; i < byPosition.length; i++) {
            byPosition[i] += other.byPosition[i];
        }
    }

    /// Number of features, F.
    public int features() {
        return features;
    }

    /// Rows (tokens) seen.
    public long rows() {
        return rows;
    }

    /// Documents seen.
    public long documents() {
        return documents;
    }

    /// Rows on which the feature fired.
    public long fires(int feature) {
        return fires[feature];
    }

    /// Share of rows on which the feature fired; 0 if there are no rows.
    public double density(int feature) {
        return rows == 0 ? 0 : (double) fires[feature] / rows;
    }

    /// Largest activation; 0 for a dead feature.
    public float max(int feature) {
        return max[feature];
    }

    /// Mean activation over the rows on which the feature fired; 0 for a dead feature.
    public double mean(int feature) {
        return fires[feature] == 0 ? 0 : sum[feature] / fires[feature];
    }

    /// Sum of activations.
    public double sum(int feature) {
        return sum[feature];
    }

    /// Sum of squared activations.
    public double sumOfSquares(int feature) {
        return sumOfSquares[feature];
    }

    /// The position, of those counted one by one, where the feature fires most.
    public int topPosition(int feature) {
        int top = 0;
        for (int p = 1; p < POSITION_BINS - 1; p++) {
            if (firesAt(feature, p) > firesAt(feature, top)) {
                top = p;
            }
        }
        return top;
    }

    /// Share of the feature's fires at [#topPosition]: near 1 for a feature that only says where in
    /// the context a token stands.
    public double positionShare(int feature) {
        return fires[feature] == 0
                ? 0
                : (double) firesAt(feature, topPosition(feature)) / fires[feature];
    }

    /// Fires in a bin of positions, below [#POSITION_BINS].
    public int firesAt(int feature, int bin) {
        return byPosition[feature * POSITION_BINS + bin];
    }

    /// Number of features that never fired.
    public int dead() {
        int dead = 0;
        for (long n : fires) {
            dead += n == 0 ? 1 : 0;
        }
        return dead;
    }
}
