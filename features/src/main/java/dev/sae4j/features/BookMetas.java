package dev.sae4j.features;

import dev.sae4j.features.collect.FeatureStatistics;
import dev.sae4j.sae.Activation;
import dev.sae4j.sae.Sae;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Fills in the `meta` of a new book from what the SAE says of itself.
final class BookMetas {
    private static final Pattern LAYER = Pattern.compile("\\.(\\d{1,6})(\\.|$)");

    private BookMetas() {}

    static BookMeta of(
            Sae sae, FeatureStatistics statistics, String corpus, FeatureOptions options) {
        var config = sae.config();
        Map<String, Object> told = config.metadata();
        Map<String, Object> other = new LinkedHashMap<>();
        other.put("model", told.getOrDefault("model_name", ""));
        if (config.dSae() % config.dIn() == 0) {
            other.put("expansion", config.dSae() / config.dIn());
        }
        if (config.activation() instanceof Activation.TopK(int k)) {
            other.put("k", k);
        }
        Object hook = told.get("hook_name");
        if (hook != null) {
            other.put("hook", hook);
            Matcher layer = LAYER.matcher(hook.toString());
            if (layer.find()) {
                other.put("layer", Integer.parseInt(layer.group(1)));
            }
        }
        other.put("hidden_size", config.dIn());
        other.put("architecture", config.architecture());
        if (told.containsKey("dataset_path")) {
            other.put("data", told.get("dataset_path"));
        }
        other.put("sae_sha256", Fingerprint.of(sae));
        other.put("corpus_sha256", corpus);
        other.put("examples_per_feature", options.examples());
        other.putAll(options.provenance());
        return new BookMeta(config.dSae(), statistics.rows(), statistics.documents(), other);
    }
}
