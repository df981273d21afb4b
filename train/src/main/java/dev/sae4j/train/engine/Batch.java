package dev.sae4j.train.engine;

import org.jspecify.annotations.Nullable;

/// One batch as a step sees it.
///
/// @param x `[rows, dIn]`, what the encoder takes, before its bias is subtracted
/// @param y `[rows, dOut]`, what is to be reconstructed; `x` itself for autoencoders
/// @param rows of the batch
/// @param groups equal parts of the batch, of which each has its own variance (accumulated batches)
/// @param deviation `[rows]`, what reconstructions are multiplied with (layer norm); null for 1
/// @param mean `[rows]`, what is then added
public record Batch(
        float[] x,
        float[] y,
        int rows,
        int groups,
        float @Nullable [] deviation,
        float @Nullable [] mean) {
    /// A batch of an autoencoder.
    public static Batch of(float[] x, int rows) {
        return new Batch(x, x, rows, 1, null, null);
    }

    /// A batch of a transcoder.
    public static Batch of(float[] x, float[] y, int rows) {
        return new Batch(x, y, rows, 1, null, null);
    }

    /// The same with other groups.
    public Batch grouped(int parts) {
        return new Batch(x, y, rows, parts, deviation, mean);
    }
}
