package dev.sae4j.checkpoint;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.sae.Activation;
import dev.sae4j.sae.InputTransform;
import dev.sae4j.sae.Sae;
import dev.sae4j.sae.SaeConfig;
import dev.sae4j.sae.SaeWeights;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Llama Scope: `hyperparams.json` and `checkpoints/final.safetensors`.
///
/// | tensor | shape | |
/// |---|---|---|
/// | `encoder.weight` | `[d_sae, d_model]` | |
/// | `encoder.bias` | `[d_sae]` | |
/// | `decoder.weight` | `[d_out, d_sae]` | a feature is a column |
/// | `decoder.bias` | `[d_out]` | subtracted from the input if `apply_decoder_bias_to_pre_encoder` |
///
/// Activations are scaled by `s = sqrt(d_model) / dataset_average_activation_norm.in`, and the one
/// `jump_relu_threshold` counts `s` times: SAELens reads it so. Transcoders (`hook_point_out` is
/// another place) divide their output by the scale of that place. By OpenMOSS.
final class LlamaScopeFormat implements CheckpointFormat {
    private static final String CONFIG = "hyperparams.json";
    private static final Path WEIGHTS = Path.of("checkpoints", "final.safetensors");

    @Override
    public String name() {
        return "llama_scope";
    }

    @Override
    public Optional<String> whyNot(Candidate candidate) {
        if (!candidate.isFolder() && !candidate.path().endsWith(WEIGHTS)) {
            return Optional.of("the file is not called " + WEIGHTS);
        }
        if (config(candidate).isEmpty()) {
            return Optional.of("there is no " + CONFIG);
        }
        Optional<Path> weights = weights(candidate);
        return weights.isEmpty()
                ? Optional.of("the folder has no " + WEIGHTS)
                : StateDict.of(candidate.tensors(weights.get())).lacks(StateDict.LINEAR_NAMES);
    }

    private static Optional<Path> config(Candidate candidate) {
        return candidate.beside(candidate.isFolder() ? CONFIG : "../" + CONFIG);
    }

    private static Optional<Path> weights(Candidate candidate) {
        return candidate.weights(WEIGHTS.toString());
    }

    @Override
    public Sae open(Candidate candidate) {
        Path file = config(candidate).orElseThrow();
        var config = new ConfigFile(file, candidate.json(file));
        require(config, "act_fn", "jumprelu");
        require(config, "norm_activation", "dataset-wise");
        StateDict state = StateDict.of(candidate.tensors(weights(candidate).orElseThrow()));
        int dIn = config.size("d_model");
        int dSae = config.size("d_sae");
        String in = config.word("hook_point_in", "");
        String out = config.word("hook_point_out", in);
        boolean transcoder = !out.equals(in);
        int dOut = transcoder ? state.length("decoder.bias") : dIn;
        var sizes =
                new Sizes(
                        dIn,
                        dSae,
                        dOut,
                        "%s says d_model=%d, d_sae=%d".formatted(CONFIG, dIn, dSae));
        float scale = scale(config, "in", dIn);
        SaeWeights weights =
                state.outIn(
                        sizes, "encoder.weight", "encoder.bias", "decoder.weight", "decoder.bias");
        var canonical =
                new SaeConfig(
                        dIn,
                        dOut,
                        dSae,
                        Activation.JumpRelu.of(
                                (float) (config.number("jump_relu_threshold") * scale), dSae),
                        transcoder ? InputTransform.NONE : SaeLensInput.scale(file, scale),
                        !transcoder && config.flag("apply_decoder_bias_to_pre_encoder", false),
                        transcoder,
                        List.of(),
                        metadata(config, file, in, transcoder ? out : null));
        return new Sae(
                canonical,
                transcoder ? folded(weights, scale, scale(config, "out", dOut)) : weights,
                candidate);
    }

    private static Map<String, Object> metadata(
            ConfigFile config, Path file, String in, @Nullable String out) {
        boolean llama = PathNames.of(file).mention("Llama3_1-8B");
        return Metadata.of(
                "model_name",
                llama ? "meta-llama/Llama-3.1-8B" : null,
                "hook_name",
                in.isEmpty() ? null : in,
                "hook_name_out",
                out,
                "llama_scope",
                config.values());
    }

    private static void require(ConfigFile config, String key, String known) {
        if (!config.word(key, known).equals(known)) {
            throw Sae4jException.in(
                    config.file(),
                    "has %s '%s': known is %s".formatted(key, config.word(key, ""), known));
        }
    }

    private static float scale(ConfigFile config, String side, int width) {
        double norm = config.below("dataset_average_activation_norm").number(side);
        double scale = Math.sqrt(width) / norm;
        if (!((float) scale > 0) || !Float.isFinite((float) scale)) {
            throw Sae4jException.in(
                    config.file(),
                    "has dataset_average_activation_norm.%s = %s: a norm is positive"
                            .formatted(side, norm));
        }
        return (float) scale;
    }

    private static SaeWeights folded(SaeWeights weights, float in, float out) {
        float[] bias = weights.decoderBias().clone();
        for (int c = 0; c < bias.length; c++) {
            bias[c] /= out;
        }
        return SaeWeights.of(
                        new ScaledMatrix(weights.encoder(), j -> in, false),
                        weights.encoderBias(),
                        new ScaledMatrix(weights.decoder(), j -> out, true),
                        bias)
                .withTensors(weights.tensors());
    }
}
