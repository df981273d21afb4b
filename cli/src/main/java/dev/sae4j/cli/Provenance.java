package dev.sae4j.cli;

import dev.sae4j.lm.Hook;
import dev.sae4j.store.StoreInfo;
import dev.sae4j.store.StoreOrigin;
import dev.sae4j.train.TrainedSae;
import dev.sae4j.train.TrainingResult;
import dev.sae4j.train.metric.Evaluation;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What an SAE says of where it comes from: metadata named as SAELens names them. Nothing in it
/// depends on the machine or the time, so that the same run gives the same file.
final class Provenance {
    private Provenance() {}

    /// Of an SAE that is trained on a store.
    static Map<String, Object> of(StoreInfo store) {
        Map<String, Object> all = ofLive(store.origin());
        all.put("activation_rows", store.rows());
        return all;
    }

    /// Of an SAE that is trained while the model runs.
    static Map<String, Object> ofLive(StoreOrigin origin) {
        Map<String, Object> all = begin(origin.madeBy());
        all.put("model_name", origin.model());
        all.put("hook_name", Hook.publishedName(origin.hook()));
        all.put("dataset_path", origin.data());
        all.put("context_size", origin.context());
        if (!origin.contexts().equals(StoreOrigin.SPLIT)) {
            all.put("contexts", origin.contexts());
        }
        all.put("excluded_positions", origin.excluded());
        return all;
    }

    /// Of an SAE that is trained on a plain file, which does not say where it comes from.
    ///
    /// @param name of the file, and perhaps of its tensor
    static Map<String, Object> ofFile(String name, int rows) {
        Map<String, Object> all = begin("sae4j " + Sae4j.Version.ofBuild());
        all.put("activation_file", String.valueOf(Path.of(name).getFileName()));
        all.put("activation_rows", rows);
        return all;
    }

    private static Map<String, Object> begin(String madeBy) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("sae_lens_version", "6.0.0"); // whose layout of cfg.json this is
        all.put("made_by", madeBy);
        return all;
    }

    /// The same with what is known after training and, once there are any, measured metrics.
    static Map<String, Object> of(
            Map<String, Object> data, TrainingResult trained, @Nullable Evaluation evaluation) {
        Map<String, Object> all = new LinkedHashMap<>(data);
        all.putAll(TrainedSae.facts(trained));
        if (evaluation != null) {
            all.put("metrics", evaluation.metrics());
        }
        return all;
    }
}
