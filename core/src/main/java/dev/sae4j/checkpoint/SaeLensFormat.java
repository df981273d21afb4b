package dev.sae4j.checkpoint;

import dev.sae4j.checkpoint.SaeLensConfig.Architecture;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.Tensor;
import dev.sae4j.sae.Activation;
import dev.sae4j.sae.InputTransform;
import dev.sae4j.sae.Matrix;
import dev.sae4j.sae.Reading;
import dev.sae4j.sae.Sae;
import dev.sae4j.sae.SaeConfig;
import dev.sae4j.sae.SaeWeights;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A SAELens folder: `cfg.json` and `sae_weights.safetensors`, of inference models and training
/// checkpoints, of version 6 and before.
///
/// | tensor | shape | |
/// |---|---|---|
/// | `W_enc` | `[d_in, d_sae]` | a feature is a column; absent if tied (matching pursuit, temporal) |
/// | `b_enc` | `[d_sae]` | not in gated SAEs |
/// | `W_dec` | `[d_sae, d_out]` | a feature is a row |
/// | `b_dec` | `[d_out]` | subtracted from the input if `apply_b_dec_to_input` (default true) |
/// | `threshold` | `[d_sae]` | `jumprelu*`; older training checkpoints have `log_threshold` |
/// | `topk_threshold` | `[]` float64 | training checkpoints of `batchtopk`, `matryoshka_batchtopk` |
/// | `b_gate`, `b_mag`, `r_mag` | `[d_sae]` | `gated` |
/// | `W_skip` | `[d_out, d_in]` | `*skip_transcoder` |
/// | `scaling_factor` | `[d_sae]` | before 6; multiplies decoder rows if `finetuning_scaling_factor` |
///
/// With `rescale_acts_by_decoder_norm` the TopK family works on pre-activations times decoder row
/// norm: read by folding the norms into the weights ([DecoderNorms]). Training checkpoints have
/// their input scale beside them ([SaeLensInput]); in final models it is folded into the weights.
final class SaeLensFormat implements CheckpointFormat {
    static final String CONFIG = "cfg.json";
    static final String WEIGHTS = "sae_weights.safetensors";

    @Override
    public String name() {
        return "saelens";
    }

    @Override
    public Optional<String> whyNot(Candidate candidate) {
        Optional<Path> config = candidate.beside(CONFIG);
        Optional<Path> weights = candidate.weights(WEIGHTS);
        if (config.isEmpty()) {
            return Optional.of("there is no " + CONFIG);
        }
        if (weights.isEmpty()) {
            return Optional.of("the folder has no " + WEIGHTS);
        }
        if (!Files.isDirectory(candidate.path()) && !candidate.path().endsWith(WEIGHTS)) {
            return Optional.of("the file is not called " + WEIGHTS);
        }
        return Optional.empty();
    }

    @Override
    public Sae open(Candidate candidate) {
        Path configFile = candidate.beside(CONFIG).orElseThrow();
        SaeLensConfig config =
                SaeLensConfig.of(new ConfigFile(configFile, candidate.json(configFile)));
        var input = SaeLensInput.of(candidate, config);
        StateDict state = StateDict.of(candidate.tensors(candidate.weights(WEIGHTS).orElseThrow()));
        SaeWeights raw = weights(config, state);
        SaeWeights weights = config.rescaled() ? DecoderNorms.fold(raw) : raw;
        Activation activation = activation(config, state);
        SaeConfig canonical = canonical(config, activation, input.transform());
        List<Reading> readings = new ArrayList<>(Readings.of(canonical, weights));
        if (input.hasStatistics()) {
            for (Reading reading : List.copyOf(readings)) {
                readings.add(withoutScaler(reading, input.named()));
            }
        }
        return new Sae(readings, input.notes(), candidate);
    }

    private static Reading withoutScaler(Reading reading, InputTransform named) {
        boolean isDefault = !reading.name().equals(Readings.BATCH_TOPK);
        return new Reading(
                isDefault ? "without_scaler" : reading.name() + "_without_scaler",
                (isDefault ? "" : reading.meaning() + "; ")
                        + "activations are scaled already: the checkpoint's own statistics are not applied",
                reading.config().withInput(named),
                reading.weights());
    }

    private static SaeConfig canonical(
            SaeLensConfig config, Activation activation, InputTransform input) {
        return new SaeConfig(
                config.dIn(),
                config.dOut(),
                config.dSae(),
                activation,
                input,
                config.centred(),
                config.architecture().isTranscoder(),
                config.prefixes(),
                config.metadata());
    }

    private static SaeWeights weights(SaeLensConfig config, StateDict state) {
        Sizes sizes = config.sizes();
        Architecture architecture = config.architecture();
        boolean tied =
                architecture == Architecture.MATCHING_PURSUIT
                        || (architecture == Architecture.TEMPORAL
                                && config.file().flag("tied_weights", true));
        if (tied) {
            return tied(sizes, state);
        }
        boolean hasBias =
                architecture != Architecture.GATED && architecture != Architecture.TEMPORAL;
        SaeWeights weights =
                state.inOut(sizes, "W_enc", hasBias ? "b_enc" : null, "W_dec", "b_dec");
        if (architecture.hasSkip()) {
            Tensor skip = state.floating("W_skip", sizes.why(), sizes.dOut(), sizes.dIn());
            weights = weights.withSkip(FileMatrix.ofRows(skip));
        }
        return state.find("scaling_factor").isPresent()
                ? finetuned(config, state, weights)
                : weights;
    }

    private static SaeWeights tied(Sizes sizes, StateDict state) {
        Matrix decoder =
                FileMatrix.ofRows(state.floating("W_dec", sizes.why(), sizes.dSae(), sizes.dIn()));
        return SaeWeights.of(
                        decoder,
                        new float[sizes.dSae()],
                        decoder,
                        state.vector("b_dec", sizes.why(), sizes.dIn()))
                .withTensors(state.tensors().values());
    }

    /// Before 6, features could be rescaled after training: their decoder rows count that much more.
    private static SaeWeights finetuned(SaeLensConfig config, StateDict state, SaeWeights weights) {
        float[] factor = state.vector("scaling_factor", config.sizes().why(), config.dSae());
        boolean ones = true;
        for (float f : factor) {
            ones &= f == 1;
        }
        if (ones) {
            return weights;
        }
        if (!config.file().flag("finetuning_scaling_factor", false)) {
            throw Sae4jException.in(
                    state.file(),
                    "has a 'scaling_factor' other than 1, but cfg.json does not say 'finetuning_scaling_factor': true. Say so there, or remove the tensor");
        }
        return weights.withMatrices(
                weights.encoder(), new ScaledMatrix(weights.decoder(), j -> factor[j], false));
    }

    private static Activation activation(SaeLensConfig config, StateDict state) {
        return switch (config.architecture()) {
            case STANDARD, TRANSCODER, SKIP_TRANSCODER -> new Activation.Relu();
            case TOPK -> new Activation.TopK(config.wholeK());
            case ABSTOPK -> new Activation.AbsTopK(config.wholeK());
            case JUMPRELU, JUMPRELU_TRANSCODER, JUMPRELU_SKIP_TRANSCODER ->
                    new Activation.JumpRelu(thresholds(config, state));
            case GATED ->
                    new Activation.Gated(
                            state.vector("b_gate", config.sizes().why(), config.dSae()),
                            state.vector("r_mag", config.sizes().why(), config.dSae()),
                            state.vector("b_mag", config.sizes().why(), config.dSae()));
            case BATCHTOPK, MATRYOSHKA_BATCHTOPK ->
                    new Activation.BatchTopK(
                            config.k(),
                            state.has("topk_threshold")
                                    ? (float) state.scalar("topk_threshold")
                                    : null);
            case MATCHING_PURSUIT ->
                    new Activation.MatchingPursuit(
                            (float) config.file().number("residual_threshold", 1e-2),
                            config.file().optionalSize("max_iterations").orElse(null),
                            config.file().flag("stop_on_duplicate_support", true));
            case TEMPORAL -> SaeLensTemporal.activation(config, state);
        };
    }

    private static float[] thresholds(SaeLensConfig config, StateDict state) {
        String why = config.sizes().why();
        if (state.has("threshold") || !state.has("log_threshold")) {
            return state.vector("threshold", why, config.dSae());
        }
        float[] threshold = state.vector("log_threshold", why, config.dSae());
        for (int j = 0; j < threshold.length; j++) {
            threshold[j] = (float) Math.exp(threshold[j]);
        }
        return threshold;
    }

    @Override
    public Optional<CheckpointWriter> writer() {
        return Optional.of(new SaeLensWriter());
    }
}
