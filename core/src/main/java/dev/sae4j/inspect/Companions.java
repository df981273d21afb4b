package dev.sae4j.inspect;

import dev.sae4j.io.SafeFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/// Files that trainers and releases put beside an SAE, and what they are.
final class Companions {
    private static final Map<String, String> KNOWN =
            new TreeMap<>(
                    Map.ofEntries(
                            Map.entry("feature_labels.jsonl", "labels of features, one a line"),
                            Map.entry("feature_labels.json", "labels of features by id"),
                            Map.entry("label_details.jsonl", "labels with their evidence"),
                            Map.entry("feature_data.json", "statistics and map of the features"),
                            Map.entry("train_summary.json", "summary of the training run"),
                            Map.entry("training.jsonl", "log of the training run"),
                            Map.entry("results.csv", "results of a grid search"),
                            Map.entry("results_full.csv", "results of a grid search, all columns"),
                            Map.entry("eval_results.json", "metrics"),
                            Map.entry("sparsity.safetensors", "log10 of firing fractions"),
                            Map.entry("runner_cfg.json", "settings of the training run"),
                            Map.entry("trainer_state.pt", "optimizer state, to resume training"),
                            Map.entry("activation_scaler.json", "scale of the activations"),
                            Map.entry("activation_whitening.safetensors", "whitening statistics"),
                            Map.entry(
                                    "activations_store_state.safetensors",
                                    "place in the training data")));

    private Companions() {}

    /// Name to what it is and its size, of those that are there.
    static Map<String, String> of(Path path) {
        Path absolute = path.toAbsolutePath();
        Path parent = absolute.getParent();
        Path folder = Files.isDirectory(absolute) || parent == null ? absolute : parent;
        Map<String, String> found = new LinkedHashMap<>();
        KNOWN.forEach((name, what) -> {
            Path file = folder.resolve(name);
            if (Files.isRegularFile(file)) {
                found.put(name, "%s, %,d bytes".formatted(what, size(file)));
            }
        });
        return found;
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw SafeFiles.cannotRead(file, e);
        }
    }
}
