package dev.sae4j.lm.family;

import dev.sae4j.lm.gguf.GgufConfig;
import dev.sae4j.lm.gguf.GgufModel;
import java.util.function.Consumer;

/// How GGUF files keep the models of a family.
///
/// @param architecture value of `general.architecture`
/// @param modelType the `model_type` into whose words the metadata is translated
/// @param names what the tensors are called
/// @param more translates what [GgufConfig] does not for every architecture
record GgufForm(
        String architecture, String modelType, WeightNames names, Consumer<GgufConfig> more) {
    /// With names as most have them.
    static GgufForm of(String architecture, String modelType) {
        return new GgufForm(architecture, modelType, WeightNames.GGUF, config -> {});
    }

    GgufForm with(WeightNames other) {
        return new GgufForm(architecture, modelType, other, more);
    }

    GgufForm with(Consumer<GgufConfig> other) {
        return new GgufForm(architecture, modelType, names, other);
    }

    GgufConfig config(GgufModel model) {
        var config = new GgufConfig(model, modelType);
        more.accept(config);
        config.refuseTheRest();
        return config;
    }
}
