package dev.sae4j.store;

/// Rows of activations with where each comes from. The arrays belong to the producer and are valid
/// only while the receiver's method runs; they may be longer than the batch.
///
/// @param rows number of rows in use
/// @param width floats per row (d_in)
/// @param values `[rows, width]`, row-major
/// @param token `[rows]`, id of the token at whose position the activation was read
/// @param document `[rows]`, number of the document in the data set, from 0
/// @param position `[rows]`, position of the token in its context, from 0, BOS counted
public record ActivationBatch(
        int rows, int width, float[] values, int[] token, int[] document, int[] position) {
    public ActivationBatch {
        if ((long) rows * width > values.length
                || rows > token.length
                || rows > document.length
                || rows > position.length) {
            throw new IllegalArgumentException(
                    "%d rows of %d floats do not fit the arrays (%d, %d, %d, %d)"
                            .formatted(
                                    rows,
                                    width,
                                    values.length,
                                    token.length,
                                    document.length,
                                    position.length));
        }
    }
}
