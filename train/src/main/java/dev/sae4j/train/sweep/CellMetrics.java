package dev.sae4j.train.sweep;

import dev.sae4j.kernel.Workers;
import dev.sae4j.sae.Activation;
import dev.sae4j.sae.Sae;
import dev.sae4j.train.TrainingResult;
import dev.sae4j.train.metric.Evaluation;
import dev.sae4j.train.metric.ModelLoss;
import dev.sae4j.train.metric.Reconstruction;
import dev.sae4j.train.metric.ReconstructionMeter;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Measures an SAE on held-out rows, in batches as large as those of training.
final class CellMetrics {
    private CellMetrics() {}

    /// The metrics that any SAE has, by name.
    ///
    /// @param batch rows among which BatchTopK selects, unless it has a threshold
    static Map<String, Number> of(
            Workers workers,
            Sae sae,
            ValidationRows rows,
            int batch,
            @Nullable ModelLoss modelLoss) {
        int width = rows.width();
        var meter = new ReconstructionMeter(workers, sae);
        for (int at = 0; at < rows.rows(); at += batch) {
            int n = Math.min(batch, rows.rows() - at);
            meter.add(Arrays.copyOfRange(rows.values(), at * width, (at + n) * width), n);
        }
        Reconstruction found = meter.result();
        Map<String, Number> all = new LinkedHashMap<>();
        double perElement = found.mse() / width;
        put(all, "validation_mse", perElement);
        put(all, "nmse", perElement / rows.variance());
        new Evaluation(found, modelLoss)
                .metrics()
                .forEach((name, value) -> all.put(name, (Number) value));
        all.put("dead_features", Math.round(found.deadFraction() * sae.config().dSae()));
        if (sae.config().activation() instanceof Activation.BatchTopK(double _, Float threshold)
                && threshold != null) {
            all.put("running_threshold", threshold);
        }
        return all;
    }

    /// What is known from training, by name; nothing that depends on the machine.
    static Map<String, Number> training(TrainingResult result) {
        Map<String, Number> all = new LinkedHashMap<>();
        all.put("d_sae", result.weights().dSae());
        all.put("best_epoch", result.bestEpoch());
        all.put("steps", result.steps());
        all.put("tokens", result.tokens());
        all.put("dead_features_at_end", result.deadAtEnd());
        return all;
    }

    /// What chooses the features when the SAE is used.
    static String selection(Sae sae) {
        if (sae.config().activation() instanceof Activation.BatchTopK batch) {
            return batch.threshold() == null ? "batch" : "threshold";
        }
        return "row";
    }

    private static void put(Map<String, Number> all, String name, double value) {
        if (Double.isFinite(value)) {
            all.put(name, value);
        }
    }
}
