package dev.sae4j.checkpoint;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.sae.Activation;
import dev.sae4j.sae.Sae;
import dev.sae4j.sae.SaeConfig;
import dev.sae4j.sae.SaeWeights;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/// A published grid search: torch state dicts of `nn.Linear` layers with a bias before them. What
/// the SAE is stands in the name of the file only ([GridName]); under another name it is refused.
///
/// | tensor | shape | |
/// |---|---|---|
/// | `b_pre` | `[d_in]` | subtracted from the input, added to the output |
/// | `encoder.weight` | `[d_sae, d_in]` | |
/// | `encoder.bias` | `[d_sae]` | |
/// | `decoder.weight` | `[d_in, d_sae]` | a feature is a column |
/// | `decoder.bias` | `[d_in]` | added to the output, besides `b_pre` |
///
/// `BatchTopK` takes the `k` largest per row on average over the whole batch, in use as in training;
/// `JumpReLU` has one threshold for all features.
final class GridPtFormat implements CheckpointFormat {
    @Override
    public String name() {
        return "grid_pt";
    }

    @Override
    public Optional<String> whyNot(Candidate candidate) {
        Optional<Path> file = candidate.only(GridName.FORM);
        if (file.isEmpty()) {
            return Optional.of(
                    "the folder has not just one file with a name such as TopK_exp4x_k64.pt: give a file");
        }
        StateDict state = StateDict.of(candidate.tensors(file.get()));
        return state.has("b_pre") ? state.lacks(StateDict.LINEAR_NAMES) : state.lacks("b_pre");
    }

    @Override
    public Sae open(Candidate candidate) {
        Path file = candidate.only(GridName.FORM).orElseThrow();
        GridName name =
                GridName.of(file)
                        .orElseThrow(() ->
                                Sae4jException.in(
                                        file,
                                        "is of a grid search, whose architecture and k are in the name of the file only: keep the release's name, such as BatchTopK_exp8x_k220.pt, TopK_exp4x_k64.pt or JumpReLU_exp4x_t0.5.pt"));
        StateDict state = StateDict.of(candidate.tensors(file));
        int dSae = state.size("encoder.weight", 0);
        int dIn = state.size("encoder.weight", 1);
        var sizes = new Sizes(dIn, dSae, "encoder.weight is [%d, %d]".formatted(dSae, dIn));
        Activation activation = name.activation(file, sizes);
        SaeWeights weights =
                state.outIn(
                                sizes,
                                "encoder.weight",
                                "encoder.bias",
                                "decoder.weight",
                                "decoder.bias")
                        .withPreBias(state.vector("b_pre", sizes.why(), dIn));
        return new Sae(new SaeConfig(dIn, dSae, activation, false, Map.of()), weights, candidate);
    }

    @Override
    public Optional<CheckpointWriter> writer() {
        return Optional.of(new GridPtWriter());
    }
}
