package dev.sae4j.train.engine;

import dev.sae4j.kernel.Vectors;
import dev.sae4j.kernel.Workers;

/// The reconstruction from `4k` features that TopK recipes may add (multi-TopK): the decoder learns
/// from its error too, the encoder does not.
final class WidePass {
    /// What its error is multiplied with in the loss.
    static final float COEFFICIENT = 1f / 8;

    private static final int BLOCK = 64;

    private final Parameters weights;
    private final Entries entries;
    private float[] errors = new float[0]; // [rows, dOut], gradient by the reconstruction
    private double[] sums = new double[0]; // [rows]

    WidePass(Parameters weights) {
        this.weights = weights;
        this.entries = new Entries(weights.dSae());
    }

    /// The `4k` features of each row; a selector fills in their pre-activations.
    Entries entries() {
        return entries;
    }

    /// Finds the values of what was selected.
    void activate() {
        for (int i = 0; i < entries.size; i++) {
            entries.value[i] = Math.max(0, entries.pre[i]);
        }
        entries.index();
    }

    /// Finds the loss and the channel that its gradients are taken from, after [#activate].
    ///
    /// @param main which reconstructs the same batch
    Channel.Found run(Workers workers, Batch batch, Reconstruction main) {
        int rows = batch.rows();
        if (sums.length < rows) {
            errors = new float[Math.multiplyExact(rows, weights.dOut())];
            sums = new double[rows];
        }
        workers.forEach(
                Math.ceilDiv(rows, BLOCK),
                b -> {
                    for (int r = b * BLOCK; r < Math.min(rows, (b + 1) * BLOCK); r++) {
                        sums[r] = row(batch, r, main);
                    }
                });
        double sum = 0;
        for (int r = 0; r < rows; r++) {
            sum += sums[r];
        }
        var channel =
                new SparseChannel(
                        weights.shape(), entries, errors, SparseChannel.Trains.NOTHING, true);
        return new Channel.Found(sum, channel);
    }

    /// Reconstructs one row, and turns its error into gradients.
    ///
    /// @return the row's part of the loss
    private double row(Batch batch, int r, Reconstruction main) {
        int d = weights.dOut();
        int at = r * d;
        int from = entries.rowStart[r];
        int to = entries.rowStart[r + 1];
        float[] decoder = weights.decoder().value();
        float scale = main.rowScale()[r];
        main.offset(r, errors, at);
        Vectors.weightedRowSum(decoder, d, entries.feature, entries.value, from, to, errors, at);
        Vectors.scaledDifference(errors, at, batch.y(), at, 1f, errors, at, d);
        double loss = scale / 2.0 * Vectors.squaredNorm(errors, at, d);
        Vectors.scale(scale * COEFFICIENT, errors, at, d);
        Vectors.dotRows(errors, at, decoder, entries.feature, from, to, d, entries.gradient);
        return loss;
    }
}
