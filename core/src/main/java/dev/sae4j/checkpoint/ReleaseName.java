package dev.sae4j.checkpoint;

import dev.sae4j.sae.SaeConfig;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What the file names of single-file releases say: `{model}-SAE-l{layer}.pt`, of the residual
/// stream (Goodfire, DeepSeek-R1), and `sae_layer{layer}_{tokens}.pt`, a snapshot after `50M` tokens
/// or the `final` one.
final class ReleaseName {
    private static final Pattern MODEL_AND_LAYER =
            Pattern.compile("^(.+)-SAE-l(\\d{1,9})\\.[a-z]+$");
    private static final Pattern SNAPSHOT =
            Pattern.compile("^sae_layer(\\d{1,9})_(\\d{1,9}[KMB]|final)\\.[a-z]+$");

    /// What is written, if it stands alone in a folder.
    static final Pattern WRITTEN = Pattern.compile("^(?:sae_layer\\d+_\\w+|sae)\\.pt$");

    private ReleaseName() {}

    /// @param owner put before the model's name, such as `meta-llama/`
    static Map<String, Object> metadata(Path file, String owner) {
        String name = file.getFileName().toString();
        Matcher release = MODEL_AND_LAYER.matcher(name);
        if (release.matches()) {
            int layer = Integer.parseInt(release.group(2));
            return Metadata.of(
                    "model_name",
                    owner + release.group(1),
                    "hook_name",
                    "blocks.%d.hook_resid_post".formatted(layer),
                    "hook_layer",
                    layer);
        }
        Matcher snapshot = SNAPSHOT.matcher(name);
        if (snapshot.matches()) {
            String tokens = snapshot.group(2);
            return Metadata.of(
                    "hook_layer",
                    Integer.parseInt(snapshot.group(1)),
                    "snapshot",
                    tokens,
                    "training_tokens",
                    tokens.equals("final") ? null : count(tokens));
        }
        return Map.of();
    }

    /// The name of a snapshot of an SAE; `sae.pt` if its layer is not known.
    static String snapshot(SaeConfig config) {
        Map<String, Object> metadata = config.metadata();
        Object layer = metadata.get("hook_layer");
        if (!(layer instanceof Integer)) {
            layer =
                    HookName.of(String.valueOf(metadata.get("hook_name")))
                            .map(HookName::layer)
                            .orElse(null);
        }
        if (!(layer instanceof Integer number) || number < 0) {
            return "sae.pt";
        }
        String name =
                "sae_layer%02d_%s.pt".formatted(number, metadata.getOrDefault("snapshot", "final"));
        return SNAPSHOT.matcher(name).matches() ? name : "sae_layer%02d_final.pt".formatted(number);
    }

    private static long count(String word) {
        long number = Long.parseLong(word.substring(0, word.length() - 1));
        return number
                * switch (word.charAt(word.length() - 1)) {
                    case 'K' -> 1_000L;
                    case 'M' -> 1_000_000L;
                    default -> 1_000_000_000L;
                };
    }
}
