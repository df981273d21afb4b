package dev.sae4j.checkpoint;

import dev.sae4j.io.TensorFile;
import dev.sae4j.sae.Activation;
import dev.sae4j.sae.Sae;
import dev.sae4j.sae.SaeConfig;
import dev.sae4j.sae.SaeWeights;
import java.nio.file.Path;
import java.util.Optional;

/// Gemma Scope: a numpy archive, `params.npz`, and no config.
///
/// | tensor | shape | |
/// |---|---|---|
/// | `W_enc` (or `w_enc`) | `[d_in, d_sae]` | a feature is a column |
/// | `W_dec` (or `w_dec`) | `[d_sae, d_in]` | a feature is a row |
/// | `b_enc`, `threshold` | `[d_sae]` | JumpReLU |
/// | `b_dec` | `[d_in]` | never subtracted from the input |
///
/// Only names tell the rest ([GemmaScopeName]): a folder `embedding` holds an SAE trained on
/// embeddings times `sqrt(d_in)`, read for embeddings as they are by dividing `W_enc` and
/// multiplying `W_dec` by that, as SAELens does; `transcoder` in a name (`gemma-scope-2b-pt-transcoders`)
/// means a transcoder, with the same tensors. SAEs of attention see all heads side by side: `d_in`
/// is heads times head width. By Google DeepMind.
final class GemmaScopeFormat implements CheckpointFormat {
    static final String NAME = "gemma_scope";
    static final String WEIGHTS = "params.npz";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Optional<String> whyNot(Candidate candidate) {
        Optional<Path> file = candidate.weights(WEIGHTS);
        if (file.isEmpty()) {
            return Optional.of("the folder has no " + WEIGHTS);
        }
        TensorFile tensors = candidate.tensors(file.get());
        if (!tensors.container().equals("npz")) {
            return Optional.of("the file is no npz archive");
        }
        StateDict state = StateDict.of(tensors);
        return state.lacks("w_enc", "w_dec", "b_enc", "b_dec").isEmpty()
                ? Optional.empty()
                : state.lacks(StateDict.W_NAMES);
    }

    @Override
    public Sae open(Candidate candidate) {
        Path file = candidate.weights(WEIGHTS).orElseThrow();
        StateDict state = StateDict.of(candidate.tensors(file));
        GemmaScopeName name = GemmaScopeName.of(file);
        String w = state.has("W_enc") ? "W" : "w";
        int dIn = state.size(w + "_enc", 0);
        int dSae = state.size(w + "_enc", 1);
        int dOut = state.size(w + "_dec", 1);
        boolean transcoder = name.transcoder() || dOut != dIn;
        var sizes = new Sizes(dIn, dSae, dOut, "%s_enc is [%d, %d]".formatted(w, dIn, dSae));
        SaeWeights weights = state.inOut(sizes, w + "_enc", "b_enc", w + "_dec", "b_dec");
        var activation = new Activation.JumpRelu(state.vector("threshold", sizes.why(), dSae));
        var config = new SaeConfig(dIn, dSae, activation, false, name.metadata());
        SaeConfig canonical = transcoder ? config.asTranscoder(dOut) : config;
        return new Sae(canonical, name.embedding() ? unscaled(weights, dIn) : weights, candidate);
    }

    /// Weights for embeddings as they are, of weights for embeddings times `sqrt(d_in)`.
    private static SaeWeights unscaled(SaeWeights weights, int dIn) {
        float scale = (float) Math.sqrt(dIn);
        return weights.withMatrices(
                new ScaledMatrix(weights.encoder(), j -> scale, true),
                new ScaledMatrix(weights.decoder(), j -> scale, false));
    }

    @Override
    public Optional<CheckpointWriter> writer() {
        return Optional.of(new GemmaScopeWriter());
    }
}
