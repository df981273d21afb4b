package dev.sae4j.checkpoint;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.TensorFile;
import dev.sae4j.sae.Activation;
import dev.sae4j.sae.InputTransform;
import dev.sae4j.sae.Sae;
import dev.sae4j.sae.SaeConfig;
import dev.sae4j.sae.SaeWeights;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// An autoencoder of openai/sparse_autoencoder: a `.pt` file with a state dict and two plain values.
///
/// | entry | shape | |
/// |---|---|---|
/// | `pre_bias` | `[d_in]` | subtracted from the input, added to the output |
/// | `latent_bias` | `[d_sae]` | |
/// | `encoder.weight` | `[d_sae, d_in]` | |
/// | `decoder.weight` | `[d_in, d_sae]` | |
/// | `stats_last_nonzero`, `latents_activation_frequency`, `latents_mean_square` | `[d_sae]` | statistics of training |
/// | `activation` | text | `ReLU` (if absent), `TopK` or `Identity` |
/// | `activation_state_dict` | `k`, `postact_fn` | of `TopK`: `ReLU` or `Identity` comes after the selection |
///
/// With `TopK` each row is standardised first, by the unbiased deviation + 1e-5, and brought back on
/// the output; with the others it is not. The path in the release says where in GPT-2 it was
/// trained: `gpt2-small/resid_post_mlp_v5_32k/autoencoders/8.pt`.
final class OpenAiFormat implements CheckpointFormat {
    static final String NAME = "openai";

    private static final Pattern LAYER = Pattern.compile("(\\d{1,4})\\.pt");
    private static final Pattern LOCATION =
            Pattern.compile("(resid_(?:delta|post)_(?:mlp|attn)|mlp_post_act)(?:_v\\w+)?");

    private static final Map<String, String> PLACES =
            Map.of(
                    "resid_post_mlp", "hook_resid_post",
                    "resid_post_attn", "hook_resid_mid",
                    "resid_delta_mlp", "hook_mlp_out",
                    "resid_delta_attn", "hook_attn_out",
                    "mlp_post_act", "mlp.hook_post");

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Optional<String> whyNot(Candidate candidate) {
        if (candidate.isFolder()) {
            return Optional.of("it is a folder, not a file");
        }
        return StateDict.of(candidate.tensors(candidate.path()))
                .missing("pre_bias", "latent_bias", "encoder.weight", "decoder.weight")
                .map("it has no tensor '%s'"::formatted);
    }

    @Override
    public Sae open(Candidate candidate) {
        TensorFile file = candidate.tensors(candidate.path());
        StateDict state = StateDict.of(file);
        int dSae = state.size("encoder.weight", 0);
        int dIn = state.size("encoder.weight", 1);
        var sizes = new Sizes(dIn, dSae, "encoder.weight is [%d, %d]".formatted(dSae, dIn));
        SaeWeights weights =
                state.outIn(sizes, "encoder.weight", "latent_bias", "decoder.weight", "pre_bias");
        Activation activation = activation(file, state, dSae);
        boolean standardises = activation(file).equals("TopK");
        var config =
                new SaeConfig(
                        dIn,
                        dIn,
                        dSae,
                        activation,
                        standardises
                                ? new InputTransform.LayerNorm(
                                        InputTransform.LayerNorm.EPSILON, true)
                                : InputTransform.NONE,
                        true,
                        false,
                        List.of(),
                        metadata(candidate.path()));
        return new Sae(config, weights, candidate);
    }

    private static String activation(TensorFile file) {
        return new ConfigFile(file.file(), file.values()).word("activation", "ReLU");
    }

    private static Activation activation(TensorFile file, StateDict state, int dSae) {
        String word = activation(file);
        return switch (word) {
            case "ReLU" -> new Activation.Relu();
            case "Identity" -> new Activation.SignedTopK(dSae);
            case "TopK" -> topK(file, state, dSae);
            default ->
                    throw Sae4jException.in(
                            file.file(),
                            "has activation '%s': known are ReLU, TopK, Identity".formatted(word));
        };
    }

    private static Activation topK(TensorFile file, StateDict state, int dSae) {
        var values = new ConfigFile(file.file(), file.values()).below("activation_state_dict");
        double k =
                state.has("activation_state_dict.k")
                        ? state.scalar("activation_state_dict.k")
                        : values.size("k");
        if (!(k >= 1) || k > dSae || k != Math.rint(k)) {
            throw Sae4jException.in(
                    file.file(),
                    "has k = %s: it is a whole number from 1 to the %d features"
                            .formatted(k, dSae));
        }
        String after = values.word("postact_fn", "ReLU");
        return switch (after) {
            case "ReLU" -> new Activation.TopK((int) k);
            case "Identity" -> new Activation.SignedTopK((int) k);
            default ->
                    throw Sae4jException.in(
                            file.file(),
                            "has postact_fn '%s': known are ReLU and Identity".formatted(after));
        };
    }

    /// What the folders of the release say.
    private static Map<String, Object> metadata(Path file) {
        Map<String, Object> metadata = new LinkedHashMap<>();
        int names = file.getNameCount();
        if (names < 4 || !file.getName(names - 2).toString().equals("autoencoders")) {
            return metadata;
        }
        Matcher layer = LAYER.matcher(file.getName(names - 1).toString());
        Matcher location = LOCATION.matcher(file.getName(names - 3).toString());
        if (layer.matches() && location.matches()) {
            metadata.put("model_name", file.getName(names - 4).toString());
            metadata.put(
                    "hook_name", "blocks." + layer.group(1) + "." + PLACES.get(location.group(1)));
            metadata.put("hook_layer", Integer.parseInt(layer.group(1)));
        }
        return metadata;
    }

    @Override
    public Optional<CheckpointWriter> writer() {
        return Optional.of(new OpenAiWriter());
    }
}
