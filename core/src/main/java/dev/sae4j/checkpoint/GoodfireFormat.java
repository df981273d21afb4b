package dev.sae4j.checkpoint;

import dev.sae4j.sae.Activation;
import dev.sae4j.sae.Sae;
import dev.sae4j.sae.SaeConfig;
import java.util.Optional;

/// Goodfire: a torch state dict and no config, `Llama-3.1-8B-Instruct-SAE-l19.pth`.
///
/// | tensor | shape | |
/// |---|---|---|
/// | `encoder_linear.weight` | `[d_sae, d_in]` | |
/// | `encoder_linear.bias` | `[d_sae]` | |
/// | `decoder_linear.weight` | `[d_in, d_sae]` | a feature is a column |
/// | `decoder_linear.bias` | `[d_in]` | not subtracted from the input |
///
/// Plain ReLU. Model and layer are in the name of the file only ([ReleaseName]).
final class GoodfireFormat implements CheckpointFormat {
    private static final String[] NAMES = {
        "encoder_linear.weight",
        "encoder_linear.bias",
        "decoder_linear.weight",
        "decoder_linear.bias"
    };

    @Override
    public String name() {
        return "goodfire";
    }

    @Override
    public Optional<String> whyNot(Candidate candidate) {
        return candidate.isFolder()
                ? Optional.of("it is a folder: give the file with the weights")
                : StateDict.of(candidate.tensors(candidate.path())).lacks(NAMES);
    }

    @Override
    public Sae open(Candidate candidate) {
        StateDict state = StateDict.of(candidate.tensors(candidate.path()));
        int dSae = state.size(NAMES[0], 0);
        int dIn = state.size(NAMES[0], 1);
        var sizes = new Sizes(dIn, dSae, "%s is [%d, %d]".formatted(NAMES[0], dSae, dIn));
        var config =
                new SaeConfig(
                        dIn,
                        dSae,
                        new Activation.Relu(),
                        false,
                        ReleaseName.metadata(candidate.path(), "meta-llama/"));
        return new Sae(
                config, state.outIn(sizes, NAMES[0], NAMES[1], NAMES[2], NAMES[3]), candidate);
    }
}
