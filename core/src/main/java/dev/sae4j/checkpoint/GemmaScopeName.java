package dev.sae4j.checkpoint;

import java.nio.file.Path;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What the path of a Gemma Scope file says:
/// `gemma-scope-2b-pt-res/layer_20/width_16k/average_l0_71/params.npz`.
///
/// @param model such as `gemma-2-2b`; null if the repository's name is not there
/// @param place `res`, `mlp`, `att` or `transcoders`; null if the repository's name is not there
/// @param layer null if no name tells
/// @param width such as `16k`; null if no name tells
/// @param l0 null if no name tells
/// @param embedding true for an SAE of embeddings: a folder is called `embedding`
/// @param transcoder true for a transcoder: a name contains `transcoder`
record GemmaScopeName(
        @Nullable String model,
        @Nullable String place,
        @Nullable Integer layer,
        @Nullable String width,
        @Nullable Integer l0,
        boolean embedding,
        boolean transcoder) {
    private static final Pattern REPOSITORY =
            Pattern.compile("gemma-scope-(\\d+b)-(pt|it)-(res|mlp|att|transcoders)");
    private static final Pattern LAYER = Pattern.compile("layer_(\\d{1,9})");
    private static final Pattern WIDTH = Pattern.compile("width_(\\d{1,9}[km])");
    private static final Pattern L0 = Pattern.compile("average_l0_(\\d{1,9})");

    static GemmaScopeName of(Path file) {
        PathNames names = PathNames.of(file);
        MatchResult repository = names.find(REPOSITORY).orElse(null);
        return new GemmaScopeName(
                repository == null
                        ? null
                        : "gemma-2-"
                                + repository.group(1)
                                + (repository.group(2).equals("it") ? "-it" : ""),
                repository == null ? null : repository.group(3),
                names.find(LAYER).map(m -> Integer.valueOf(m.group(1))).orElse(null),
                names.find(WIDTH).map(m -> m.group(1)).orElse(null),
                names.find(L0).map(m -> Integer.valueOf(m.group(1))).orElse(null),
                names.have("embedding"),
                names.mention("transcoder"));
    }

    Map<String, Object> metadata() {
        return Metadata.of(
                "model_name",
                model,
                "hook_name",
                hook(),
                "hook_name_out",
                hook() != null && transcoder ? hook("hook_mlp_out") : null,
                "hook_layer",
                layer,
                "gemma_scope",
                Metadata.of("width", width, "average_l0", l0));
    }

    private @Nullable String hook() {
        if (embedding) {
            return "hook_embed";
        }
        if (transcoder) {
            return hook("ln2.hook_normalized");
        }
        return place == null
                ? null
                : switch (place) {
                    case "res" -> hook("hook_resid_post");
                    case "mlp" -> hook("hook_mlp_out");
                    case "att" -> hook("attn.hook_z");
                    default -> null;
                };
    }

    private @Nullable String hook(String point) {
        return layer == null ? null : "blocks.%d.%s".formatted(layer, point);
    }
}
