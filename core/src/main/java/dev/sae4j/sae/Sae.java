package dev.sae4j.sae;

import dev.sae4j.checkpoint.Checkpoints;
import dev.sae4j.kernel.Rows;
import dev.sae4j.kernel.Workers;
import java.nio.file.Path;

/// A sparse autoencoder, ready to use:
///
///     z  = W_enc·(x - b_dec) + b_enc      b_dec is subtracted only if the SAE is centred
///     f  = activation(z)
///     x^ = W_dec·f + b_dec
///
/// Opening maps the file and copies nothing; weights are packed on the first [#encode]. Instances
/// may be shared between threads; [#close()] releases the file.
public final class Sae implements AutoCloseable {
    private final SaeConfig config;
    private final SaeWeights weights;
    private final AutoCloseable file;
    private volatile @org.jspecify.annotations.Nullable Encoder encoder;

    public Sae(SaeConfig config, SaeWeights weights, AutoCloseable file) {
        this.config = config;
        this.weights = weights;
        this.file = file;
    }

    /// An SAE whose weights are in memory.
    public static Sae of(SaeConfig config, ArrayWeights weights) {
        return new Sae(config, weights, () -> {});
    }

    /// Opens an SAE file or folder of any known format.
    ///
    /// @throws dev.sae4j.io.Sae4jException if it is of no known format, or damaged
    public static Sae load(Path path) {
        return Checkpoints.open(path);
    }

    public SaeConfig config() {
        return config;
    }

    public SaeWeights weights() {
        return weights;
    }

    /// Features of rows of activations: `x: [B, d_in]`.
    public SparseCodes encode(Workers workers, Rows x) {
        return encoder(workers).encode(workers, x);
    }

    /// Reconstructions of a batch of codes.
    ///
    /// @param out `[codes.rows, d_in]`, overwritten
    public void decode(Workers workers, SparseCodes codes, float[] out) {
        encoder(workers).decode(workers, codes, out);
    }

    private Encoder encoder(Workers workers) {
        Encoder ready = encoder;
        if (ready == null) {
            synchronized (this) {
                ready = encoder;
                if (ready == null) {
                    ready = Encoder.of(workers, config, weights);
                    encoder = ready;
                }
            }
        }
        return ready;
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (Exception e) {
            throw new IllegalStateException("could not close the SAE's file", e);
        }
    }
}
