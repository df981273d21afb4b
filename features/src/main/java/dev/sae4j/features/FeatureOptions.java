package dev.sae4j.features;

import dev.sae4j.features.collect.Window;
import java.util.Map;

/// What to collect.
///
/// @param examples examples kept per feature
/// @param window context kept around each
/// @param logitDepth tokens kept at each end of the logit lens
/// @param provenance keys to add to the book's `meta`, such as the data set's name
public record FeatureOptions(
        int examples, Window window, int logitDepth, Map<String, Object> provenance) {
    /// 20 examples of 24 tokens before and 12 after, 10 tokens at each end.
    public static final FeatureOptions DEFAULT =
            new FeatureOptions(20, new Window(24, 12), 10, Map.of());

    public FeatureOptions {
        if (examples < 1 || logitDepth < 1) {
            throw new IllegalArgumentException(
                    "needs at least one example and one token, got %d and %d"
                            .formatted(examples, logitDepth));
        }
    }
}
