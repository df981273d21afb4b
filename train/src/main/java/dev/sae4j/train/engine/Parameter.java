package dev.sae4j.train.engine;

/// One tensor in training.
///
/// @param name as in SAELens' files where they have it: `W_enc`, `b_enc`, `W_dec`, `b_dec`,
///     `threshold`, `b_gate`, `r_mag`, `b_pre`, `W_skip`
/// @param value row-major
/// @param width floats per row; a vector is one row
public record Parameter(String name, float[] value, int width) {
    /// Rows of a matrix, 1 for a vector.
    public int rows() {
        return value.length / width;
    }
}
