package dev.sae4j.checkpoint;

import dev.sae4j.sae.Activation;
import dev.sae4j.sae.InputTransform;
import dev.sae4j.sae.Matrix;
import dev.sae4j.sae.Reading;
import dev.sae4j.sae.Sae;
import dev.sae4j.sae.SaeConfig;
import dev.sae4j.sae.SaeWeights;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// The original temporal SAEs: `conf.yaml` and `latest_ckpt.safetensors`.
///
/// | tensor | shape | |
/// |---|---|---|
/// | `D` | `[d_sae, d_in]` | decoder, a feature is a row |
/// | `b` | `[d_in]` | subtracted from the input |
/// | `E` | `[d_in, d_sae]` | encoder; without it, or with `tied_weights`, `D` transposed |
/// | `attn_layers.*` | | as [SaeLensTemporal] has them |
///
/// `conf.yaml`: `llm.dimin` is `d_in`, `sae.exp_factor` times that is `d_sae`, `sae.scaling_factor`
/// scales the input and is undone on the output; `sae.n_heads`, `n_attn_layers`,
/// `bottleneck_factor`, `sae_diff_type`, `kval_topk`, `tied_weights` are as in SAELens.
final class TemporalFormat implements CheckpointFormat {
    private static final String CONFIG = "conf.yaml";
    private static final String WEIGHTS = "latest_ckpt.safetensors";
    private static final Pattern LAYER = Pattern.compile("layer_(\\d{1,9})");

    @Override
    public String name() {
        return "temporal";
    }

    @Override
    public Optional<String> whyNot(Candidate candidate) {
        if (candidate.beside(CONFIG).isEmpty()) {
            return Optional.of("there is no " + CONFIG);
        }
        Optional<Path> weights = candidate.weights(WEIGHTS);
        if (weights.isEmpty() || !weights.get().endsWith(WEIGHTS)) {
            return Optional.of("there is no " + WEIGHTS);
        }
        return Optional.empty();
    }

    @Override
    public Sae open(Candidate candidate) {
        Path file = candidate.beside(CONFIG).orElseThrow();
        var config = new ConfigFile(file, candidate.yaml(file));
        ConfigFile sae = config.below("sae");
        int dIn = config.below("llm").size("dimin");
        double wide = Math.floor(dIn * sae.number("exp_factor"));
        if (!(wide >= 1) || wide > Integer.MAX_VALUE) {
            throw sae.wrong("a factor of 1/dimin or more", "exp_factor");
        }
        int dSae = (int) wide;
        var sizes =
                new Sizes(
                        dIn,
                        dSae,
                        "%s says dimin=%d, exp_factor=%s"
                                .formatted(CONFIG, dIn, sae.number("exp_factor")));
        StateDict state = StateDict.of(candidate.tensors(candidate.weights(WEIGHTS).orElseThrow()));
        boolean tied = sae.flag("tied_weights", !state.has("E"));
        List<String> notes = new ArrayList<>();
        if (tied && state.has("E")) {
            notes.add("%s says tied_weights: the tensor 'E' is not used".formatted(CONFIG));
        }
        var shape =
                new SaeLensTemporal.Shape(
                        sae.optionalSize("n_heads").orElse(8),
                        sae.optionalSize("n_attn_layers").orElse(1),
                        sae.optionalSize("bottleneck_factor").orElse(64));
        Activation activation =
                SaeLensTemporal.activation(
                        sae, state, sizes, sae.word("sae_diff_type", "topk"), shape);
        InputTransform input = SaeLensInput.scale(file, sae.number("scaling_factor", 1));
        var canonical =
                new SaeConfig(dIn, dSae, activation, true, metadata(file, config)).withInput(input);
        return new Sae(
                List.of(Reading.only(canonical, weights(state, sizes, tied))), notes, candidate);
    }

    private static SaeWeights weights(StateDict state, Sizes sizes, boolean tied) {
        int f = sizes.dSae();
        Matrix decoder = FileMatrix.ofRows(state.floating("D", sizes.why(), f, sizes.dIn()));
        Matrix encoder =
                tied
                        ? decoder
                        : FileMatrix.ofColumns(state.floating("E", sizes.why(), sizes.dIn(), f));
        return SaeWeights.of(
                        encoder, new float[f], decoder, state.vector("b", sizes.why(), sizes.dIn()))
                .withTensors(state.tensors().values());
    }

    private static Map<String, Object> metadata(Path file, ConfigFile config) {
        PathNames names = PathNames.of(file);
        Integer layer = names.find(LAYER).map(m -> Integer.valueOf(m.group(1))).orElse(null);
        return Metadata.of(
                "hook_name",
                layer == null ? null : "blocks.%d.hook_resid_post".formatted(layer),
                "hook_layer",
                layer,
                "temporal",
                config.values());
    }
}
