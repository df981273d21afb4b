package dev.sae4j.train;

import dev.sae4j.io.Json;
import dev.sae4j.sae.Activation;
import dev.sae4j.sae.ArrayWeights;
import dev.sae4j.sae.Sae;
import dev.sae4j.sae.SaeConfig;
import dev.sae4j.store.StoreInfo;
import dev.sae4j.train.engine.Parameters;
import dev.sae4j.train.metric.Evaluation;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Turns what training leaves behind into an SAE that says where it comes from. Nothing in it
/// depends on the machine or the time, so that the same run gives the same file.
public final class TrainedSae {
    private TrainedSae() {}

    /// @param store what it was trained on
    /// @param hookName the hook as other tools name it, such as `blocks.2.hook_resid_post`
    /// @param evaluation metrics to record, or null before there are any
    public static Sae of(
            TrainingResult result,
            StoreInfo store,
            String hookName,
            @Nullable Evaluation evaluation) {
        Parameters w = result.weights();
        Recipe recipe = result.recipe();
        var config =
                new SaeConfig(
                        w.dIn(),
                        w.dSae(),
                        new Activation.TopK(recipe.k()),
                        true,
                        metadata(result, store, hookName, evaluation));
        return Sae.of(
                config,
                new ArrayWeights(
                        w.dIn(), w.encoder(), w.encoderBias(), w.decoder(), w.decoderBias()));
    }

    private static Map<String, Object> metadata(
            TrainingResult result,
            StoreInfo store,
            String hookName,
            @Nullable Evaluation evaluation) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("sae_lens_version", "6.0.0"); // whose layout of cfg.json this is
        all.put("made_by", store.origin().madeBy());
        all.put("model_name", store.origin().model());
        all.put("hook_name", hookName);
        all.put("dataset_path", store.origin().data());
        all.put("context_size", store.origin().context());
        all.put("excluded_positions", store.origin().excluded());
        all.put("activation_rows", store.rows());
        all.put("training_steps", result.steps());
        all.put("training_tokens", result.steps() * result.recipe().batch());
        all.put("input_scale_folded", result.inputScale());
        all.put("dead_features_at_end", result.deadAtEnd());
        all.put("recipe", Json.STRICT.convertValue(result.recipe(), Map.class));
        String failure = result.failure();
        if (failure != null) {
            all.put("stopped_early", failure);
        }
        if (evaluation != null) {
            all.put("metrics", evaluation.metrics());
        }
        return all;
    }
}
