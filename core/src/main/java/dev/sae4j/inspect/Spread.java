package dev.sae4j.inspect;

import java.util.Arrays;

/// How a set of numbers is spread.
///
/// @param min the smallest
/// @param median the middle one; the upper of the two middle ones if there are two
/// @param mean their mean
/// @param max the largest
public record Spread(float min, float median, float mean, float max) {
    /// Of at least one number.
    static Spread of(float[] values) {
        float[] sorted = values.clone();
        Arrays.sort(sorted); // NaN goes to the end
        double sum = 0;
        for (float v : sorted) {
            sum += v;
        }
        return new Spread(
                sorted[0],
                sorted[sorted.length / 2],
                (float) (sum / sorted.length),
                sorted[sorted.length - 1]);
    }
}
