package dev.sae4j.checkpoint;

import dev.sae4j.io.Sae4jException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What a Gemma Scope 2 file is, by its `config.json` (`architecture`, `model_name`,
/// `hf_hook_point_in`, `hf_hook_point_out`, `affine_connection`) and its path:
/// `gemma-scope-2-1b-pt/transcoder/layer_7_width_16k_l0_small_affine`. The config wins; without it
/// the names alone tell transcoders.
///
/// @param config the config, or the file with the weights if there is none; for messages
/// @param kind `resid_post`, `attn_out`, `mlp_out`, `transcoder` or `clt`; null if no name tells
/// @param transcoder true if it predicts another place
/// @param affine whether the config says that it has a skip connection; null if it says nothing
record GemmaScope2Name(
        Path config,
        @Nullable String kind,
        boolean transcoder,
        @Nullable Boolean affine,
        @Nullable String model,
        @Nullable Integer layer,
        @Nullable String hookIn,
        @Nullable String hookOut,
        Map<String, Object> details) {
    private static final Pattern KIND =
            Pattern.compile("^(resid_post|attn_out|mlp_out|transcoder|clt)(_all)?$");
    private static final Pattern LAYER = Pattern.compile("layer_(\\d{1,9})");
    private static final Pattern WIDTH = Pattern.compile("width_(\\d{1,9}[km])");
    private static final Pattern L0 = Pattern.compile("_l0_([a-z]+)");
    private static final Pattern REPOSITORY = Pattern.compile("gemma-scope-2-(\\d+[bm])-(pt|it)");

    static GemmaScope2Name of(Candidate candidate, Path file) {
        PathNames names = PathNames.of(file);
        String kind = names.find(KIND).map(m -> m.group(1)).orElse(null);
        Optional<Path> config = candidate.beside("config.json");
        boolean named = kind != null && (kind.equals("transcoder") || kind.equals("clt"));
        String model =
                names.find(REPOSITORY)
                        .map(m -> "gemma-3-%s-%s".formatted(m.group(1), m.group(2)))
                        .orElse(null);
        Integer layer = names.find(LAYER).map(m -> Integer.valueOf(m.group(1))).orElse(null);
        Map<String, Object> details =
                Metadata.of(
                        "width", names.find(WIDTH).map(m -> m.group(1)).orElse(null),
                        "l0", names.find(L0).map(m -> m.group(1)).orElse(null));
        if (config.isEmpty()) {
            return new GemmaScope2Name(
                    file, kind, named, null, hub(model), layer, null, null, details);
        }
        var json = new ConfigFile(config.get(), candidate.json(config.get()));
        String architecture = json.word("architecture", "jump_relu");
        if (!architecture.equals("jump_relu")) {
            throw Sae4jException.in(
                    config.get(),
                    "has architecture '%s': known is jump_relu".formatted(architecture));
        }
        String in = json.word("hf_hook_point_in", "");
        String out = json.word("hf_hook_point_out", "");
        String said = json.word("model_name", "");
        return new GemmaScope2Name(
                config.get(),
                kind,
                in.isEmpty() ? named : !out.isEmpty() && !out.equals(in),
                json.isAbsent("affine_connection") ? null : json.flag("affine_connection", false),
                hub(said.isEmpty() ? model : said),
                layer,
                in.isEmpty() ? null : in,
                out.isEmpty() ? null : out,
                details);
    }

    /// The model's name at the hub: `google/gemma-3-1b-pt` for `gemma-v3-1b-pt`.
    private static @Nullable String hub(@Nullable String name) {
        if (name == null) {
            return null;
        }
        String hub = (name.contains("google") ? name : "google/" + name).replace("-v3", "-3");
        return hub.contains("270m") ? hub.replace("-pt", "") : hub;
    }

    Map<String, Object> metadata(boolean isTranscoder) {
        return Metadata.of(
                "model_name", model,
                "hook_name", hook(isTranscoder),
                "hook_name_out", isTranscoder ? hook("hook_mlp_out") : null,
                "hook_layer", layer,
                "hf_hook_name", hookIn,
                "hf_hook_name_out", hookOut,
                "gemma_scope_2", details);
    }

    private @Nullable String hook(boolean isTranscoder) {
        if (isTranscoder) {
            return hook("hook_mlp_in");
        }
        return kind == null
                ? hookIn
                : switch (kind) {
                    case "resid_post" -> hook("hook_resid_post");
                    case "attn_out" -> hook("attn.hook_z");
                    case "mlp_out" -> hook("hook_mlp_out");
                    default -> hookIn;
                };
    }

    private @Nullable String hook(String point) {
        return layer == null ? null : "blocks.%d.%s".formatted(layer, point);
    }
}
