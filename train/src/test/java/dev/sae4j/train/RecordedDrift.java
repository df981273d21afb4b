package dev.sae4j.train;

import dev.sae4j.train.recipe.Optimizer;
import java.util.Map;
import java.util.Objects;
import tools.jackson.databind.JsonNode;

/// How far a run may be off its recording: ten times what the recording itself drifts between
/// float32 and float64.
final class RecordedDrift {
    /// What float32 alone may cost where a recording shows no drift: four units in the last place.
    static final double FLOOR = 4 * 6e-8;

    /// Muon works in bfloat16: its recording is good for a coarse comparison only.
    private static final double COARSE = 2e-2;

    /// Nothing may be off by more after step 1, unless the recording itself is: Adam divides by the
    /// gradient's size, so where one is hardly above 0 its rounding shows.
    private static final double AFTER_STEP_1 = 1e-6;

    private final JsonNode json;
    private final Map<String, double[]> single;
    private final Map<String, double[]> exact;
    private final boolean coarse;

    RecordedDrift(RecordedCase recorded) {
        json = recorded.json().get("drift_f32_vs_f64");
        single = recorded.read("steps.safetensors");
        exact = recorded.readIfThere("steps_f64.safetensors");
        coarse = recorded.recipe().optimizer() instanceof Optimizer.Muon;
    }

    /// True if the recording is good for a coarse comparison only.
    boolean coarse() {
        return coarse;
    }

    /// The relative tolerance of a series.
    ///
    /// @param step from 1
    double ofSeries(String name, int step) {
        double[] all = Objects.requireNonNull(single.get(name), name);
        double most = 0;
        for (int i = 0; i < all.length; i++) {
            most = Math.max(most, seriesDrift(name, i + 1));
        }
        return tolerance(step, most, seriesDrift(name, step));
    }

    private double seriesDrift(String name, int step) {
        double[] doubles = exact.get(name);
        if (doubles == null) {
            return largest();
        }
        double off = Math.abs(single.get(name)[step - 1] - doubles[step - 1]);
        double size = Math.abs(doubles[step - 1]);
        return size > 0 && Double.isFinite(off) ? off / size : 0;
    }

    /// The tolerance of weights, relative to the largest of their tensor.
    ///
    /// @param step from 1
    double ofWeights(int step) {
        double own = json.at("/weights/" + step + "/max_rel").asDouble(largest());
        return tolerance(step, own, own);
    }

    /// The tolerance of what has no drift of its own on record: ten times the largest there is.
    double ofAnything() {
        return coarse ? COARSE : Math.max(10 * largest(), FLOOR);
    }

    private double tolerance(int step, double most, double own) {
        if (coarse) {
            return COARSE;
        }
        double tenfold = Math.max(10 * most, FLOOR);
        return step > 1 || own > AFTER_STEP_1 ? tenfold : Math.min(tenfold, AFTER_STEP_1);
    }

    private double largest() {
        double most = 0;
        for (JsonNode n : json.get("weights")) {
            most = Math.max(most, n.get("max_rel").asDouble());
        }
        for (JsonNode n : json.get("series")) {
            most = Math.max(most, n.get("max_rel_any_step").asDouble());
        }
        return most;
    }
}
