package dev.sae4j.checkpoint;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.Tensor;
import dev.sae4j.sae.Activation;
import dev.sae4j.sae.Reading;
import dev.sae4j.sae.Sae;
import dev.sae4j.sae.SaeConfig;
import dev.sae4j.sae.SaeWeights;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// Gemma Scope 2: `params.safetensors`, mostly with a `config.json` ([GemmaScope2Name]).
///
/// | tensor | shape | |
/// |---|---|---|
/// | `w_enc` | `[d_in, d_sae]` | a feature is a column |
/// | `w_dec` | `[d_sae, d_out]` | a feature is a row; `[d_sae, layers, d_out]` in cross-layer transcoders |
/// | `b_enc`, `threshold` | `[d_sae]` | JumpReLU |
/// | `b_dec` | `[d_out]` | never subtracted from the input |
/// | `affine_skip_connection` | `[d_in, d_out]` | of some transcoders: `x·A` is added to the output |
///
/// A layer of a cross-layer transcoder writes to several layers; as in SAELens its decoders are
/// added up, so that its features can be used. By Google DeepMind.
final class GemmaScope2Format implements CheckpointFormat {
    private static final String WEIGHTS = "params.safetensors";
    private static final String SKIP = "affine_skip_connection";
    private static final String[] NAMES = {"w_enc", "w_dec", "b_enc", "b_dec", "threshold"};

    @Override
    public String name() {
        return "gemma_scope_2";
    }

    @Override
    public Optional<String> whyNot(Candidate candidate) {
        Optional<Path> file = candidate.weights(WEIGHTS);
        if (file.isEmpty()) {
            return Optional.of("the folder has no " + WEIGHTS);
        }
        if (candidate.tensors(file.get()).container().equals("npz")) {
            return Optional.of("the file is an npz archive");
        }
        return StateDict.of(candidate.tensors(file.get())).lacks(NAMES);
    }

    @Override
    public Sae open(Candidate candidate) {
        Path file = candidate.weights(WEIGHTS).orElseThrow();
        StateDict state = StateDict.of(candidate.tensors(file));
        GemmaScope2Name name = GemmaScope2Name.of(candidate, file);
        Tensor decoder = state.find("w_dec").orElseThrow();
        boolean crossLayer = decoder.shape().length == 3;
        int dIn = state.size("w_enc", 0);
        int dSae = state.size("w_enc", 1);
        int dOut = state.length("b_dec");
        var sizes =
                new Sizes(
                        dIn,
                        dSae,
                        dOut,
                        "w_enc is [%d, %d], b_dec [%d]".formatted(dIn, dSae, dOut));
        boolean skip = state.has(SKIP);
        if (name.affine() != null && name.affine() != skip) {
            throw Sae4jException.in(
                    name.config(),
                    "says affine_connection = %s, but %s %s"
                            .formatted(
                                    name.affine(), skip ? "there is a tensor" : "no tensor", SKIP));
        }
        SaeWeights weights = weights(state, sizes, crossLayer);
        if (skip) {
            weights =
                    weights.withSkip(
                            FileMatrix.ofColumns(state.floating(SKIP, sizes.why(), dIn, dOut)));
        }
        boolean transcoder = name.transcoder() || skip || crossLayer || dOut != dIn;
        var activation = new Activation.JumpRelu(state.vector("threshold", sizes.why(), dSae));
        var config = new SaeConfig(dIn, dSae, activation, false, name.metadata(transcoder));
        SaeConfig canonical = transcoder ? config.asTranscoder(dOut) : config;
        return new Sae(
                List.of(Reading.only(canonical, weights)),
                crossLayer ? List.of(CROSS_LAYER) : List.of(),
                candidate);
    }

    /// What to know of a layer of a cross-layer transcoder.
    static final String CROSS_LAYER =
            "a layer of a cross-layer transcoder writes to several layers: its decoders are added up, and only its features mean something";

    private static SaeWeights weights(StateDict state, Sizes sizes, boolean crossLayer) {
        if (!crossLayer) {
            return state.inOut(sizes, "w_enc", "b_enc", "w_dec", "b_dec");
        }
        return SaeWeights.of(
                        FileMatrix.ofColumns(
                                state.floating("w_enc", sizes.why(), sizes.dIn(), sizes.dSae())),
                        state.vector("b_enc", sizes.why(), sizes.dSae()),
                        state.summedDecoders("w_dec", sizes),
                        state.vector("b_dec", sizes.why(), sizes.dOut()))
                .withTensors(state.tensors().values());
    }
}
