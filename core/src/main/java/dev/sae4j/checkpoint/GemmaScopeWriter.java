package dev.sae4j.checkpoint;

import dev.sae4j.io.DType;
import dev.sae4j.io.NpzWriter;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.UsageException;
import dev.sae4j.sae.Activation;
import dev.sae4j.sae.Sae;
import dev.sae4j.sae.SaeConfig;
import dev.sae4j.sae.SaeWeights;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Writes the archive that [GemmaScopeFormat] reads, `params.npz` in a folder, or a file `*.npz`.
///
/// ReLU is JumpReLU with thresholds of zero. numpy has no bfloat16: weights of that type are
/// written as float32, which holds them exactly.
final class GemmaScopeWriter implements CheckpointWriter {
    private static final String TITLE = "Gemma Scope";

    @Override
    public Fit fit(Sae sae) {
        thresholds(sae.config());
        Bare.requireNoSkip(sae, TITLE);
        return Bare.fit(sae.config(), Bare.folded(sae).notes(), List.of(), Set.of("gemma_scope"));
    }

    private static float[] thresholds(SaeConfig config) {
        return switch (config.activation()) {
            case Activation.JumpRelu(float[] threshold) -> threshold;
            case Activation.Relu _ -> new float[config.dSae()];
            case Activation.BatchTopK(double _, Float threshold) when threshold != null ->
                    Activation.JumpRelu.of(threshold, config.dSae()).threshold();
            default ->
                    throw new Sae4jException(
                            "%s has JumpReLU only, not %s: write saelens"
                                    .formatted(TITLE, config.architecture()));
        };
    }

    @Override
    public void write(Sae sae, Path path, @Nullable DType dtype) {
        fit(sae);
        Path file = Bare.file(path, ".npz", GemmaScopeFormat.WEIGHTS);
        checkName(sae.config(), file);
        Folding folded = Bare.folded(sae);
        SaeWeights weights = folded.weights();
        Written written = written(weights, dtype);
        NpzWriter.write(
                file,
                List.of(
                        written.columns("W_enc", weights.encoder()),
                        written.rows("W_dec", weights.decoder()),
                        written.vector("b_enc", weights.encoderBias()),
                        written.vector("b_dec", weights.decoderBias()),
                        written.vector("threshold", thresholds(folded.config()))));
    }

    private static Written written(SaeWeights weights, @Nullable DType asked) {
        if (asked == DType.BF16) {
            throw new UsageException("numpy has no bfloat16: write f32 or f16");
        }
        Written own = Written.as(asked, weights);
        return own.dtype() == DType.BF16 ? Written.as(DType.F32, weights) : own;
    }

    /// Names say what the file does not: they must say what is true.
    private static void checkName(SaeConfig config, Path file) {
        GemmaScopeName name = GemmaScopeName.of(file);
        if (name.embedding()) {
            throw Sae4jException.in(
                    file,
                    "lies in a folder 'embedding', whose weights are for embeddings times sqrt(d_in): write to another folder");
        }
        boolean told = name.transcoder() || config.dOut() != config.dIn();
        if (told != config.transcoder()) {
            throw Sae4jException.in(
                    file,
                    config.transcoder()
                            ? "would be read as an autoencoder: write to a folder with 'transcoder' in its name, which is all that tells"
                            : "would be read as a transcoder: write to a folder without 'transcoder' in its name");
        }
    }
}
