package dev.sae4j.checkpoint;

import dev.sae4j.sae.Activation;
import dev.sae4j.sae.Matrix;
import dev.sae4j.sae.Sae;
import dev.sae4j.sae.SaeConfig;
import dev.sae4j.sae.SaeWeights;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Transcoders by Michael Hanna: `layer_{n}.safetensors` for each layer, beside `config.yaml`
/// (`model_name`, hooks) and `wandb-config.yaml`, in some releases misspelt `wanb-config.yaml`
/// (`d_model`, `d_feature`, each with a `value`).
///
/// | tensor | shape | |
/// |---|---|---|
/// | `W_enc` | `[d_sae, d_in]` | the other way round than in SAELens |
/// | `W_dec` | `[d_sae, d_out]` | a feature is a row |
/// | `b_enc` | `[d_sae]` | |
/// | `b_dec` | `[d_out]` | |
///
/// Plain ReLU. Where `d_in = d_sae`, the names of the files tell which way round `W_enc` is.
final class MwhannaFormat implements CheckpointFormat {
    private static final Pattern FILE = Pattern.compile("^layer_(\\d{1,9})\\.safetensors$");
    private static final String BASE = "config.yaml";
    private static final List<String> RUNS = List.of("wandb-config.yaml", "wanb-config.yaml");

    @Override
    public String name() {
        return "mwhanna_transcoder";
    }

    @Override
    public Optional<String> whyNot(Candidate candidate) {
        if (candidate.isFolder()) {
            return Optional.of("it is a folder: give a file, layer_{n}.safetensors");
        }
        if (layer(candidate) == null) {
            return Optional.of("the file is not called layer_{n}.safetensors");
        }
        if (run(candidate).isEmpty() && candidate.beside(BASE).isEmpty()) {
            return Optional.of("there is no config.yaml or wandb-config.yaml");
        }
        return StateDict.of(candidate.tensors(candidate.path())).lacks(StateDict.W_NAMES);
    }

    private static @Nullable Integer layer(Candidate candidate) {
        Matcher matcher = FILE.matcher(candidate.path().getFileName().toString());
        return matcher.matches() ? Integer.valueOf(matcher.group(1)) : null;
    }

    private static Optional<Path> run(Candidate candidate) {
        return RUNS.stream().flatMap(n -> candidate.beside(n).stream()).findFirst();
    }

    @Override
    public Sae open(Candidate candidate) {
        StateDict state = StateDict.of(candidate.tensors(candidate.path()));
        int dIn = state.size("W_enc", 1);
        int dSae = state.size("W_enc", 0);
        int dOut = state.size("W_dec", 1);
        var sizes =
                new Sizes(
                        dIn,
                        dSae,
                        dOut,
                        "W_enc is [%d, %d], W_dec [%d, %d]"
                                .formatted(dSae, dIn, state.size("W_dec", 0), dOut));
        run(candidate).ifPresent(file -> check(candidate, file, sizes));
        Matrix encoder = FileMatrix.ofRows(state.floating("W_enc", sizes.why(), dSae, dIn));
        Matrix decoder = FileMatrix.ofRows(state.floating("W_dec", sizes.why(), dSae, dOut));
        SaeWeights weights =
                SaeWeights.of(
                                encoder,
                                state.vector("b_enc", sizes.why(), dSae),
                                decoder,
                                state.vector("b_dec", sizes.why(), dOut))
                        .withTensors(state.tensors().values());
        var config =
                new SaeConfig(dIn, dSae, new Activation.Relu(), false, metadata(candidate))
                        .asTranscoder(dOut);
        return new Sae(config, weights, candidate);
    }

    private static void check(Candidate candidate, Path file, Sizes sizes) {
        var run = new ConfigFile(file, candidate.yaml(file));
        run.below("d_model")
                .optionalSize("value")
                .ifPresent(d -> sizes.agree(file, "d_model", d, sizes.dIn()));
        run.below("d_feature")
                .optionalSize("value")
                .ifPresent(f -> sizes.agree(file, "d_feature", f, sizes.dSae()));
    }

    private static Map<String, Object> metadata(Candidate candidate) {
        String at = "blocks." + layer(candidate) + ".";
        Path file = candidate.beside(BASE).orElse(null);
        if (file == null) {
            return Metadata.of(
                    "hook_name", at + "mlp.hook_in", "hook_name_out", at + "hook_mlp_out");
        }
        var base = new ConfigFile(file, candidate.yaml(file));
        return Metadata.of(
                "model_name",
                base.isAbsent("model_name") ? null : base.word("model_name", ""),
                "hook_name",
                at + base.word("feature_input_hook", "mlp.hook_in"),
                "hook_name_out",
                at + base.word("feature_output_hook", "hook_mlp_out"),
                "mwhanna_transcoder",
                base.values());
    }
}
