package dev.sae4j.kernel;

import org.jspecify.annotations.Nullable;

/// A view of rows in a float array: row `i` is `values[start + i * stride ..]`, `width` floats.
///
/// @param values the array
/// @param start index of the first row's first float
/// @param stride floats from one row to the next
/// @param count number of rows
/// @param width floats per row
/// @param subtracted `[width]`, subtracted from each row when it is read by a product; null for none
public record Rows(
        float[] values,
        int start,
        int stride,
        int count,
        int width,
        float @Nullable [] subtracted) {

    /// All of a row-major array `[count, width]`.
    public static Rows of(float[] values, int count, int width) {
        return new Rows(values, 0, width, count, width, null);
    }

    /// The same rows, with `vector: [width]` subtracted from each.
    public Rows minus(float[] vector) {
        return new Rows(values, start, stride, count, width, vector);
    }

    /// Rows `from .. from + n` of these.
    public Rows slice(int from, int n) {
        return new Rows(values, start + from * stride, stride, n, width, subtracted);
    }

    int at(int row) {
        return start + row * stride;
    }
}
