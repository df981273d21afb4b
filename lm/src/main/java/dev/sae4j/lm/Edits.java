package dev.sae4j.lm;

import dev.sae4j.lm.ForwardPass.Editor;
import java.util.Arrays;

/// The usual changes of a model's values, for [ForwardPass#edit].
public final class Edits {
    private Edits() {}

    /// Zero at every token.
    public static Editor zero() {
        return (values, rows, width) -> Arrays.fill(values, 0, rows * width, 0f);
    }

    /// The same vector at every token: its mean over a text, for mean ablation.
    ///
    /// @param vector `[width]`
    public static Editor replaceEach(float[] vector) {
        return (values, rows, width) -> {
            requireSize(vector, width, "a vector");
            for (int row = 0; row < rows; row++) {
                System.arraycopy(vector, 0, values, row * width, width);
            }
        };
    }

    /// Other values in the place of all.
    ///
    /// @param replacement `[rows, width]`
    public static Editor replace(float[] replacement) {
        return (values, rows, width) -> {
            requireSize(replacement, rows * width, "a replacement");
            System.arraycopy(replacement, 0, values, 0, rows * width);
        };
    }

    /// A multiple of a vector more at every token.
    ///
    /// @param vector `[width]`
    public static Editor add(float[] vector, float scale) {
        return (values, rows, width) -> {
            requireSize(vector, width, "a vector");
            for (int row = 0; row < rows; row++) {
                for (int i = 0; i < width; i++) {
                    values[row * width + i] += scale * vector[i];
                }
            }
        };
    }

    private static void requireSize(float[] given, int needed, String what) {
        if (given.length != needed) {
            throw new IllegalArgumentException(
                    "%s of %d floats where the hook has %d".formatted(what, given.length, needed));
        }
    }
}
