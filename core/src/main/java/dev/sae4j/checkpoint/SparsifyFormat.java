package dev.sae4j.checkpoint;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.Tensor;
import dev.sae4j.sae.Activation;
import dev.sae4j.sae.InputTransform;
import dev.sae4j.sae.Matrix;
import dev.sae4j.sae.Reading;
import dev.sae4j.sae.Sae;
import dev.sae4j.sae.SaeConfig;
import dev.sae4j.sae.SaeWeights;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// A hookpoint's folder of EleutherAI's sparsify: `cfg.json` and `sae.safetensors`. The folder is
/// called as the module of the model, `layers.10` or `h.0.attn`; with several seeds, `seedN` lies
/// below.
///
/// | tensor | shape | |
/// |---|---|---|
/// | `encoder.weight` | `[d_sae, d_in]` | |
/// | `encoder.bias` | `[d_sae]` | |
/// | `W_dec` | `[d_sae, d_in]` | not transposed, unlike the encoder's `nn.Linear` elsewhere |
/// | `b_dec` | `[d_in]` | subtracted from the input, unless `transcode` |
/// | `W_skip` | `[d_in, d_in]` | with `skip_connection`; adds `W_skip·x` of the input as it is |
///
/// `cfg.json`: `d_in`, `num_latents` (0 means `d_in · expansion_factor`), `k`, `activation` (`topk`
/// if absent, or `groupmax`), `skip_connection`, `transcode`. `normalize_decoder` and `multi_topk`
/// are about training. Early versions have `signed`: then the largest in magnitude are kept.
final class SparsifyFormat implements CheckpointFormat {
    static final String NAME = "sparsify";
    static final String CONFIG = "cfg.json";
    static final String WEIGHTS = "sae.safetensors";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Optional<String> whyNot(Candidate candidate) {
        Optional<Path> weights = candidate.weights(WEIGHTS);
        if (candidate.beside(CONFIG).isEmpty()) {
            return Optional.of("there is no " + CONFIG);
        }
        if (weights.isEmpty()) {
            return Optional.of("the folder has no " + WEIGHTS);
        }
        return StateDict.of(candidate.tensors(weights.get()))
                .missing("encoder.weight", "encoder.bias", "W_dec")
                .map("it has no tensor '%s'"::formatted);
    }

    @Override
    public Sae open(Candidate candidate) {
        Path path = candidate.beside(CONFIG).orElseThrow();
        var config = new ConfigFile(path, candidate.json(path));
        StateDict state = StateDict.of(candidate.tensors(candidate.weights(WEIGHTS).orElseThrow()));
        Sizes sizes = sizes(config);
        int k = k(config, sizes.dSae());
        boolean transcodes = config.flag("transcode", false);
        var canonical =
                new SaeConfig(
                        sizes.dIn(),
                        sizes.dIn(),
                        sizes.dSae(),
                        activation(config, sizes.dSae(), k),
                        InputTransform.NONE,
                        !transcodes,
                        transcodes,
                        List.of(),
                        new SparsifyPlace(candidate, config).metadata(transcodes));
        SaeWeights weights = weights(config, state, sizes);
        if (canonical.activation() instanceof Activation.AbsTopK) {
            return new Sae(signed(canonical, weights, k), List.of(), candidate);
        }
        return new Sae(canonical, weights, candidate);
    }

    private static Sizes sizes(ConfigFile config) {
        int dIn = config.size("d_in");
        double latents = config.number("num_latents", 0);
        if (latents != 0) {
            int dSae = config.size("num_latents");
            return new Sizes(
                    dIn, dSae, "cfg.json says d_in=%d, num_latents=%d".formatted(dIn, dSae));
        }
        int expansion = config.optionalSize("expansion_factor").orElse(32);
        long dSae = (long) dIn * expansion;
        if (dSae > Integer.MAX_VALUE) {
            throw Sae4jException.in(
                    config.file(),
                    "says d_in=%d, expansion_factor=%d: more features than can be"
                            .formatted(dIn, expansion));
        }
        return new Sizes(
                dIn,
                (int) dSae,
                "cfg.json says d_in=%d, expansion_factor=%d".formatted(dIn, expansion));
    }

    private static int k(ConfigFile config, int dSae) {
        int k = config.optionalSize("k").orElse(32);
        if (k > dSae) {
            throw Sae4jException.in(
                    config.file(), "has k = %d: it is 1 to %d features".formatted(k, dSae));
        }
        return k;
    }

    private static Activation activation(ConfigFile config, int dSae, int k) {
        String word = config.word("activation", "topk");
        return switch (word) {
            case "topk" ->
                    config.flag("signed", false)
                            ? new Activation.AbsTopK(k)
                            : new Activation.TopK(k);
            case "groupmax" -> {
                if (dSae % k != 0) {
                    throw Sae4jException.in(
                            config.file(),
                            "has k = %d: groupmax needs a divisor of the %d features"
                                    .formatted(k, dSae));
                }
                yield new Activation.GroupMax(k);
            }
            default ->
                    throw Sae4jException.in(
                            config.file(),
                            "has activation '%s': known are topk and groupmax".formatted(word));
        };
    }

    private static SaeWeights weights(ConfigFile config, StateDict state, Sizes sizes) {
        Tensor encoder = state.floating("encoder.weight", sizes.why(), sizes.dSae(), sizes.dIn());
        Tensor decoder = state.floating("W_dec", sizes.why(), sizes.dSae(), sizes.dIn());
        SaeWeights weights =
                SaeWeights.of(
                                FileMatrix.ofRows(encoder),
                                state.vector("encoder.bias", sizes.why(), sizes.dSae()),
                                FileMatrix.ofRows(decoder),
                                state.vector("b_dec", sizes.why(), sizes.dIn()))
                        .withTensors(state.tensors().values());
        boolean skips = config.flag("skip_connection", false);
        if (!skips && state.has("W_skip")) {
            throw Sae4jException.in(
                    state.file(),
                    "has a tensor 'W_skip', but cfg.json does not say 'skip_connection': true");
        }
        if (!skips) {
            return weights;
        }
        Matrix skip =
                FileMatrix.ofRows(state.floating("W_skip", sizes.why(), sizes.dIn(), sizes.dIn()));
        return weights.withSkip(skip);
    }

    private static List<Reading> signed(SaeConfig config, SaeWeights weights, int k) {
        return List.of(
                new Reading(
                        "signed",
                        "the k largest in magnitude, as the early version that wrote the file",
                        config,
                        weights),
                new Reading(
                        "topk",
                        "the k largest, positive ones only: later versions ignore 'signed'",
                        config.withActivation(new Activation.TopK(k)),
                        weights));
    }

    @Override
    public Optional<CheckpointWriter> writer() {
        return Optional.of(new SparsifyWriter());
    }
}
