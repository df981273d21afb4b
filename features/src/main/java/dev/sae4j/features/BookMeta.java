package dev.sae4j.features;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/// Where a feature book comes from: the `meta` of `feature_data.json`.
///
/// @param features number of features of the SAE (`n_features`)
/// @param tokens rows of the corpus (`n_tokens`)
/// @param texts texts of the corpus as the model read them (`n_texts`): a document that was split counts
///     once for each of its contexts
/// @param other all other keys, in order: published ones such as `model`, `k`, `layer`,
///     `hidden_size`, and our own such as `hook` and `sae_sha256`
public record BookMeta(int features, long tokens, long texts, Map<String, Object> other) {
    public BookMeta {
        other = Collections.unmodifiableMap(new LinkedHashMap<>(other));
    }

    /// The name of the language model; empty if unknown.
    public String model() {
        return String.valueOf(other.getOrDefault("model", ""));
    }
}
