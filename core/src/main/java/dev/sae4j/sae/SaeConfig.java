package dev.sae4j.sae;

import java.util.Map;

/// What an SAE is, apart from its weights.
///
/// @param dIn width of the activations it takes (d_in, D)
/// @param dSae number of features (d_sae, F)
/// @param activation what turns pre-activations into features
/// @param centred true if `b_dec` is subtracted from the input (`apply_b_dec_to_input`)
/// @param metadata where it comes from: model, hook, data, recipe, seed, metrics; keys as in
///     SAELens (`model_name`, `hook_name`, `dataset_path` ...)
public record SaeConfig(
        int dIn, int dSae, Activation activation, boolean centred, Map<String, Object> metadata) {
    public SaeConfig {
        if (dIn < 1 || dSae < 1) {
            throw new IllegalArgumentException(
                    "an SAE needs d_in and d_sae of at least 1, got %d and %d"
                            .formatted(dIn, dSae));
        }
        if (activation instanceof Activation.TopK topK && topK.k() > dSae) {
            throw new IllegalArgumentException(
                    "k = %d is more than d_sae = %d".formatted(topK.k(), dSae));
        }
        metadata = Map.copyOf(metadata);
    }

    /// `topk`, `standard` or `jumprelu`, as SAELens names architectures.
    public String architecture() {
        return switch (activation) {
            case Activation.Relu _ -> "standard";
            case Activation.TopK _ -> "topk";
            case Activation.JumpRelu _ -> "jumprelu";
        };
    }
}
