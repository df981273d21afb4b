package dev.sae4j.checkpoint;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.sae.Activation;
import dev.sae4j.sae.Sae;
import dev.sae4j.sae.SaeConfig;
import dev.sae4j.sae.SaeWeights;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/// Qwen Scope: a torch file per layer and no config:
/// `SAE-Res-Qwen3-1.7B-Base-W32K-L0_50/layer0.sae.pt`.
///
/// | tensor | shape | |
/// |---|---|---|
/// | `W_enc` | `[d_sae, d_in]` | named as SAELens names it, but the other way round |
/// | `W_dec` | `[d_in, d_sae]` | a feature is a column |
/// | `b_enc` | `[d_sae]` | |
/// | `b_dec` | `[d_in]` | not subtracted from the input |
///
/// TopK; `k` is in the name of the repository only, `-L0_{k}`, and without it the file is refused.
/// Where `d_in = d_sae`, the name of the file tells which way round the matrices are.
final class QwenScopeFormat implements CheckpointFormat {
    private static final Pattern FILE = Pattern.compile("^layer(\\d{1,9})\\.sae\\.pt$");
    private static final Pattern K = Pattern.compile("-L0_(\\d{1,9})(?!\\d)");
    private static final Pattern MODEL = Pattern.compile("SAE-Res-(.+)-W\\d+K-L0_\\d+");

    @Override
    public String name() {
        return "qwen_scope";
    }

    @Override
    public Optional<String> whyNot(Candidate candidate) {
        if (candidate.isFolder()) {
            return Optional.of("it is a folder: give a file, layer{n}.sae.pt");
        }
        StateDict state = StateDict.of(candidate.tensors(candidate.path()));
        if (!state.has(StateDict.W_NAMES)) {
            return state.lacks(StateDict.W_NAMES);
        }
        return layer(candidate).isEmpty()
                ? Optional.of("the file is not called layer{n}.sae.pt")
                : Optional.empty();
    }

    private static Optional<Integer> layer(Candidate candidate) {
        return new PathNames(PathNames.of(candidate.path()).parts().subList(0, 1))
                .find(FILE)
                .map(m -> Integer.valueOf(m.group(1)));
    }

    @Override
    public Sae open(Candidate candidate) {
        Path file = candidate.path();
        PathNames names = PathNames.of(file);
        MatchResult k =
                names.find(K)
                        .orElseThrow(() ->
                                Sae4jException.in(
                                        file,
                                        "is a Qwen Scope SAE, whose k is in no file: keep it in a folder with the repository's name, such as SAE-Res-Qwen3-1.7B-Base-W32K-L0_50"));
        StateDict state = StateDict.of(candidate.tensors(file));
        int dIn = state.length("b_dec");
        int dSae = state.length("b_enc");
        var sizes = new Sizes(dIn, dSae, "b_enc is [%d], b_dec [%d]".formatted(dSae, dIn));
        SaeWeights weights =
                candidate.options().orientation() == Orientation.IN_OUT
                        ? state.inOut(sizes, "W_enc", "b_enc", "W_dec", "b_dec")
                        : state.outIn(sizes, "W_enc", "b_enc", "W_dec", "b_dec");
        var config =
                new SaeConfig(
                        dIn,
                        dSae,
                        new Activation.TopK(
                                sizes.k(file, "the folder's name", Long.parseLong(k.group(1)))),
                        false,
                        metadata(names, layer(candidate).orElseThrow()));
        return new Sae(config, weights, candidate);
    }

    private static Map<String, Object> metadata(PathNames names, int layer) {
        return Metadata.of(
                "model_name",
                names.find(MODEL).map(m -> "Qwen/" + m.group(1)).orElse(null),
                "hook_name",
                "blocks.%d.hook_resid_post".formatted(layer),
                "hook_layer",
                layer,
                "hf_hook_name",
                "model.layers." + layer);
    }
}
