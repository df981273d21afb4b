package dev.sae4j.train.metric;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// All that was measured of an SAE.
///
/// @param reconstruction how it reconstructs
/// @param loss what its model loses; null if only activations were at hand
public record Evaluation(Reconstruction reconstruction, @Nullable ModelLoss loss) {

    /// The metrics by the names that `--json`, `cfg.json` and the reference use; a metric that is
    /// not defined on this data is left out.
    public Map<String, Object> metrics() {
        Map<String, Object> all = new LinkedHashMap<>();
        Reconstruction r = reconstruction;
        put(all, "explained_variance", r.explainedVariance());
        put(all, "fvu", r.fvu());
        put(all, "mse", r.mse());
        put(all, "cosine", r.cosine());
        put(all, "l2_ratio", r.l2Ratio());
        put(all, "l0", r.l0());
        put(all, "dead_fraction", r.deadFraction());
        put(all, "mean_norm", r.meanNorm());
        all.put("rows", r.rows());
        ModelLoss l = loss;
        if (l != null) {
            put(all, "ce_loss_score", l.score());
            put(all, "ce_loss_clean", l.clean());
            put(all, "ce_loss_with_sae", l.withSae());
            put(all, "ce_loss_zero_ablated", l.zeroAblated());
            all.put("predictions", l.predictions());
        }
        return all;
    }

    private static void put(Map<String, Object> all, String name, double value) {
        if (Double.isFinite(value)) {
            all.put(name, value);
        }
    }
}
