package dev.sae4j.checkpoint;

import dev.sae4j.sae.Activation;
import dev.sae4j.sae.Reading;
import dev.sae4j.sae.SaeConfig;
import dev.sae4j.sae.SaeWeights;
import java.util.ArrayList;
import java.util.List;

/// The readings that several formats share.
final class Readings {
    static final String THRESHOLD = "threshold";
    static final String BATCH_TOPK = "batch_topk";

    private Readings() {}

    /// BatchTopK by its learned threshold, if there is one, then by rank within the batch; any other
    /// SAE in its one way.
    static List<Reading> of(SaeConfig config, SaeWeights weights) {
        if (!(config.activation() instanceof Activation.BatchTopK rule)) {
            return List.of(Reading.only(config, weights));
        }
        List<Reading> readings = new ArrayList<>();
        if (rule.threshold() != null) {
            readings.add(threshold(config, weights));
        }
        readings.add(batchTopK(config.withActivation(rule.exact()), weights));
        return readings;
    }

    static Reading threshold(SaeConfig config, SaeWeights weights) {
        return new Reading(
                THRESHOLD, "features above the threshold learned in training", config, weights);
    }

    static Reading batchTopK(SaeConfig config, SaeWeights weights) {
        return new Reading(
                BATCH_TOPK,
                "the k largest per row on average over the whole batch, as in training",
                config,
                weights);
    }
}
