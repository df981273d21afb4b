package dev.sae4j.train.engine;

import dev.sae4j.kernel.Vectors;
import org.jspecify.annotations.Nullable;

/// A channel with entries of its own.
///
/// @param shape of the weights
/// @param entries indexed; `gradient` is that by the pre-activation
/// @param errors `[rows, dOut]`, gradient by the reconstruction
/// @param trains how the encoder learns from it
/// @param hasBias true if `b_dec` is part of the reconstruction
record SparseChannel(
        Parameters.Shape shape, Entries entries, float[] errors, Trains trains, boolean hasBias)
        implements Channel {
    /// How values follow from pre-activations.
    enum Trains {
        /// Only the decoder learns.
        NOTHING,
        /// They are the same.
        DIRECTLY,
        /// Values are a multiple of `exp(z)`.
        BY_EXPONENTIAL
    }

    @Override
    public float @Nullable [] biasErrors() {
        return hasBias ? errors : null;
    }

    @Override
    public double add(float[] x, int feature, Gradient g) {
        Entries e = entries;
        int n = e.count(feature);
        int from = e.start[feature];
        g.along = 0;
        g.zero &= n == 0;
        g.reserve(n);
        for (int i = 0; i < n; i++) {
            int at = e.order[from + i];
            g.row[i] = e.row[at];
            g.scale[i] = e.value[at];
            g.along += along(at);
        }
        Vectors.weightedRowSum(errors, shape.dOut(), g.row, g.scale, 0, n, g.decoder, g.decoderAt);
        if (trains == Trains.NOTHING) {
            return 0;
        }
        for (int i = 0; i < n; i++) {
            g.scale[i] = e.gradient[e.order[from + i]];
        }
        Vectors.weightedRowSum(x, shape.dIn(), g.row, g.scale, 0, n, g.encoder, g.encoderAt);
        return FeatureEntries.sum(g.scale, n);
    }

    /// What an entry's value times the gradient by its value is.
    private double along(int entry) {
        float gradient = entries.gradient[entry];
        return trains == Trains.BY_EXPONENTIAL
                ? gradient
                : (double) entries.value[entry] * gradient;
    }
}
