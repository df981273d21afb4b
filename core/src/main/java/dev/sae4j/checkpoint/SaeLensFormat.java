package dev.sae4j.checkpoint;

import dev.sae4j.io.Json;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.Safetensors;
import dev.sae4j.io.Tensor;
import dev.sae4j.sae.Activation;
import dev.sae4j.sae.Sae;
import dev.sae4j.sae.SaeConfig;
import dev.sae4j.sae.SaeWeights;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// A SAELens folder, version 6: `cfg.json` and `sae_weights.safetensors`.
///
/// | tensor | shape | |
/// |---|---|---|
/// | `W_enc` | `[d_in, d_sae]` | a feature is a column |
/// | `b_enc` | `[d_sae]` | |
/// | `W_dec` | `[d_sae, d_in]` | a feature is a row |
/// | `b_dec` | `[d_in]` | subtracted from the input if `apply_b_dec_to_input` (default true) |
/// | `threshold` | `[d_sae]` | `jumprelu` only; older training checkpoints have its logarithm, `log_threshold` |
///
/// `cfg.json` is one object; `metadata` inside it says where the SAE comes from. With
/// `rescale_acts_by_decoder_norm` TopK works on pre-activations times decoder row norm: read by
/// folding the norms into the weights ([NormFolded]); written files have rows of any norm and say
/// `false`.
final class SaeLensFormat implements CheckpointFormat {
    static final String CONFIG = "cfg.json";
    static final String WEIGHTS = "sae_weights.safetensors";

    @Override
    public String name() {
        return "saelens";
    }

    @Override
    public Optional<String> whyNot(Path path) {
        if (!Files.isDirectory(path)) {
            return Optional.of("it is a folder with " + CONFIG + " and " + WEIGHTS);
        }
        for (String file : List.of(CONFIG, WEIGHTS)) {
            if (!Files.isRegularFile(path.resolve(file))) {
                return Optional.of("the folder has no " + file);
            }
        }
        return Optional.empty();
    }

    @Override
    public Sae open(Path folder) {
        Path configFile = folder.resolve(CONFIG);
        SaeLensConfig config = SaeLensConfig.of(configFile, Json.readObject(configFile));
        Safetensors file = Safetensors.open(folder.resolve(WEIGHTS));
        try {
            return new Sae(
                    new SaeConfig(
                            config.dIn(),
                            config.dSae(),
                            activation(config, file),
                            config.centred(),
                            config.metadata()),
                    weights(config, file),
                    file);
        } catch (RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private static SaeWeights weights(SaeLensConfig config, Safetensors file) {
        if (file.find("scaling_factor").isPresent()) {
            throw Sae4jException.in(
                    file.file(),
                    "has a 'scaling_factor' as SAELens wrote before 6: not read so far");
        }
        Tensor encoder = floating(config, file, "W_enc", config.dIn(), config.dSae());
        Tensor decoder = floating(config, file, "W_dec", config.dSae(), config.dIn());
        Tensor encoderBias = floating(config, file, "b_enc", config.dSae());
        Tensor decoderBias = floating(config, file, "b_dec", config.dIn());
        var weights =
                new TransposedWeights(
                        encoder,
                        decoder,
                        encoderBias.toFloats(),
                        decoderBias.toFloats(),
                        List.copyOf(file.tensors().values()));
        return config.rescaled() ? new NormFolded(weights, config.dSae(), config.dIn()) : weights;
    }

    private static Activation activation(SaeLensConfig config, Safetensors file) {
        return switch (config.architecture()) {
            case STANDARD -> new Activation.Relu();
            case TOPK -> new Activation.TopK(config.k());
            case JUMPRELU -> new Activation.JumpRelu(threshold(config, file));
        };
    }

    private static float[] threshold(SaeLensConfig config, Safetensors file) {
        if (file.find("threshold").isPresent() || file.find("log_threshold").isEmpty()) {
            return floating(config, file, "threshold", config.dSae()).toFloats();
        }
        float[] threshold = floating(config, file, "log_threshold", config.dSae()).toFloats();
        for (int j = 0; j < threshold.length; j++) {
            threshold[j] = (float) Math.exp(threshold[j]);
        }
        return threshold;
    }

    private static Tensor floating(
            SaeLensConfig config, Safetensors file, String name, long... shape) {
        Tensor tensor = file.require(name, config.why(), shape);
        if (!tensor.dtype().isFloating()) {
            throw Sae4jException.in(
                    file.file(),
                    "tensor '%s' is %s: weights are F64, F32, F16 or BF16"
                            .formatted(name, tensor.describe()));
        }
        return tensor;
    }

    @Override
    public void write(Sae sae, Path folder) {
        SaeLensWriter.write(sae, folder);
    }
}
