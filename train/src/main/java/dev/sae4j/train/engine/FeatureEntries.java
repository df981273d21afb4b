package dev.sae4j.train.engine;

import java.util.Arrays;

/// The entries of one feature, gathered: what a [Head] turns from gradients of values into gradients
/// of pre-activations and of the feature's own numbers.
final class FeatureEntries {
    int n;
    int[] row = new int[0];
    float[] pre = new float[0];
    float[] value = new float[0];
    float[] gradient = new float[0]; // in: by `value`; out: by the pre-activation
    float[] second = new float[0];
    float[] secondGradient = new float[0];

    /// Gradients of the feature's own numbers, set by the head.
    double thresholdGradient;

    double gateBiasGradient;
    double magnitudeScaleGradient;
    double biasGradient;
    double normGradient; // of ‖W_dec[j]‖

    void clear() {
        n = 0;
        thresholdGradient = 0;
        gateBiasGradient = 0;
        magnitudeScaleGradient = 0;
        biasGradient = 0;
        normGradient = 0;
    }

    void reserve(int entries) {
        if (row.length < entries) {
            int room = entries + entries / 2;
            row = new int[room];
            pre = new float[room];
            value = new float[room];
            gradient = new float[room];
            second = new float[room];
            secondGradient = new float[room];
        }
    }

    void gather(Entries e, int j, boolean withSecond) {
        clear();
        n = e.count(j);
        reserve(n);
        int from = e.start[j];
        for (int i = 0; i < n; i++) {
            int at = e.order[from + i];
            row[i] = e.row[at];
            pre[i] = e.pre[at];
            value[i] = e.value[at];
            gradient[i] = e.gradient[at];
            if (withSecond) {
                second[i] = e.second[at];
                secondGradient[i] = e.secondGradient[at];
            }
        }
    }

    /// The sum of the first `n` of an array.
    static double sum(float[] values, int n) {
        double sum = 0;
        for (int i = 0; i < n; i++) {
            sum += values[i];
        }
        return sum;
    }

    /// All rows of a batch in order, for the dense path.
    void allRows(int rows) {
        reserve(rows);
        n = rows;
        Arrays.setAll(row, i -> i);
    }

    /// The product of the decoder row and its gradient, which is a sum over entries: `W_dec·e` is what
    /// the gradient by a value is. To be asked for before a head changes the gradients.
    double along(boolean withSecond) {
        double along = 0;
        for (int i = 0; i < n; i++) {
            along += (double) value[i] * gradient[i];
        }
        for (int i = 0; withSecond && i < n; i++) {
            along += (double) second[i] * secondGradient[i];
        }
        return along;
    }

    /// The gradients of the feature's own numbers, and the sum over its entries.
    ///
    /// @param along what [#along] gave
    Numbers numbers(double along) {
        return new Numbers(
                biasGradient,
                sum(gradient, n),
                thresholdGradient,
                gateBiasGradient,
                magnitudeScaleGradient,
                normGradient,
                along);
    }

    /// @param bias gradient by the encoder bias
    /// @param all sum of the gradients by pre-activations
    /// @param threshold gradient by the threshold
    /// @param gateBias gradient by the gate's bias
    /// @param magnitudeScale gradient by `r_mag`
    /// @param norm gradient by the norm of the decoder row
    /// @param along product of the decoder row and its gradient, without the part of `norm`
    record Numbers(
            double bias,
            double all,
            double threshold,
            double gateBias,
            double magnitudeScale,
            double norm,
            double along) {
        /// With another channel's part.
        Numbers plus(double moreBias, double moreAlong) {
            return new Numbers(
                    bias + moreBias,
                    all + moreBias,
                    threshold,
                    gateBias,
                    magnitudeScale,
                    norm,
                    along + moreAlong);
        }
    }
}
