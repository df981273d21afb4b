package dev.sae4j.checkpoint;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// What the place of a sparsify folder says: its name is the module of the model, and the
/// `config.json` of the run, higher up, names the model and the data.
///
/// @param candidate the folder
/// @param config its `cfg.json`
record SparsifyPlace(Candidate candidate, ConfigFile config) {
    private static final Pattern SEED = Pattern.compile("seed(\\d{1,9})");
    private static final Pattern EMBEDDING =
            Pattern.compile("(?:\\w+\\.)*(?:embed_tokens|embed_in|wte)");

    /// A module's name: words and layers with dots between them.
    private static final Pattern MODULE =
            Pattern.compile("(?:\\w+\\.)*(?:layers|h)\\.\\d{1,4}(?:\\.\\w+)*");

    Map<String, Object> metadata(boolean transcodes) {
        Map<String, Object> metadata = new LinkedHashMap<>(config.below("metadata").values());
        Path folder = candidate.folder();
        Matcher seed = SEED.matcher(name(folder));
        Path hook = folder;
        if (seed.matches()) {
            metadata.putIfAbsent("seed", Integer.parseInt(seed.group(1)));
            hook = folder.getParent() == null ? folder : folder.getParent();
        }
        hooks(metadata, name(hook), transcodes);
        run(metadata, hook.getParent());
        Map<String, Object> own = new LinkedHashMap<>(config.values());
        own.remove("metadata");
        metadata.put(SparsifyFormat.NAME, own);
        return metadata;
    }

    /// Transcoders read the input of the module and predict its output.
    private static void hooks(Map<String, Object> metadata, String module, boolean transcodes) {
        boolean embeds = EMBEDDING.matcher(module).matches();
        if (!embeds && !MODULE.matcher(module).matches()) {
            return;
        }
        Optional<HookName> known = HookName.of(module);
        String output = embeds ? "hook_embed" : known.map(HookName::transformerLens).orElse(module);
        known.ifPresent(h -> metadata.putIfAbsent("hook_layer", h.layer()));
        if (transcodes) {
            metadata.putIfAbsent("hook_name", module + ".input");
            metadata.putIfAbsent("hook_name_out", output);
            metadata.putIfAbsent("hf_hook_name", module + ".input");
            metadata.putIfAbsent("hf_hook_name_out", module + ".output");
        } else {
            metadata.putIfAbsent("hook_name", output);
            metadata.putIfAbsent("hf_hook_name", module + ".output");
        }
    }

    private void run(Map<String, Object> metadata, @Nullable Path root) {
        Path file = root == null ? null : root.resolve("config.json");
        if (file == null || !Files.isRegularFile(file)) {
            return;
        }
        JsonNode json = candidate.json(file);
        if (json.path("sae").isObject()) {
            new ConfigFile(file, json)
                    .copy(
                            metadata,
                            "model",
                            "model_name",
                            "dataset",
                            "dataset_path",
                            "ctx_len",
                            "context_size");
        }
    }

    private static String name(Path folder) {
        return String.valueOf(folder.getFileName());
    }
}
