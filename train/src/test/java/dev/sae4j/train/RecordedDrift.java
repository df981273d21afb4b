package dev.sae4j.train;

import dev.sae4j.train.recipe.Optimizer;
import tools.jackson.databind.JsonNode;

/// How far a run may be off its recording: ten times what the recording itself drifts between
/// float32 and float64, or between float32 and float32 with the rows of each batch in another order.
/// The second is mostly less; it is more where Adam makes a full step of a gradient that is nothing
/// but rounding.
final class RecordedDrift {
    /// What float32 alone may cost where a recording shows no drift: four units in the last place.
    static final double FLOOR = 4 * 6e-8;

    /// Muon works in bfloat16: its recording is good for a coarse comparison only.
    private static final double COARSE = 2e-2;

    /// Nothing may be off by more after step 1, unless the recording itself drifts by more than mere
    /// rounding: Adam divides by the gradient's size, so where one is hardly above 0 its rounding
    /// shows.
    private static final double AFTER_STEP_1 = 1e-6;

    private final JsonNode json;
    private final JsonNode otherOrder;
    private final RecordedTensors single;
    private final RecordedTensors exact;
    private final boolean coarse;

    RecordedDrift(RecordedCase recorded) {
        json = recorded.json().get("drift_f32_vs_f64");
        otherOrder = recorded.json().path("drift_f32_vs_f32_other_row_order");
        single = recorded.read("steps.safetensors");
        exact = recorded.readIfThere("steps_f64.safetensors");
        coarse = recorded.recipe().optimizer() instanceof Optimizer.Muon;
    }

    /// True if the recording is good for a coarse comparison only.
    boolean coarse() {
        return coarse;
    }

    /// The relative tolerance of a series. The norm of a tensor may be off by as much as its entries:
    /// they cancel out in one run and do not in another.
    ///
    /// @param step from 1
    double ofSeries(String name, int step) {
        double[] all = single.get(name);
        double most = 0;
        for (int i = 0; i < all.length; i++) {
            most = Math.max(most, seriesDrift(name, i + 1));
        }
        if (step > 1) {
            most = Math.max(most, otherOrder(name));
        }
        return tolerance(step, most, seriesDrift(name, step));
    }

    private double otherOrder(String name) {
        if (name.startsWith("param_norm/")) {
            return weightsDrift();
        }
        String listed = name.startsWith("grad_norm_raw/") ? "grad_norm" : name;
        return otherOrder.path("series").path(listed).path("max_rel_any_step").asDouble(0);
    }

    private double seriesDrift(String name, int step) {
        if (!exact.has(name)) {
            return largest();
        }
        double[] doubles = exact.get(name);
        double off = Math.abs(single.get(name)[step - 1] - doubles[step - 1]);
        double size = Math.abs(doubles[step - 1]);
        return size > 0 && Double.isFinite(off) ? off / size : 0;
    }

    /// The tolerance of weights, relative to the largest of their tensor.
    ///
    /// @param step from 1
    double ofWeights(int step) {
        String at = "/weights/" + step + "/max_rel";
        double own = json.at(at).asDouble(largest());
        return tolerance(step, Math.max(own, otherOrder.at(at).asDouble(0)), own);
    }

    /// The tolerance of what has no drift of its own on record: ten times the largest there is.
    double ofAnything() {
        return Math.max(10 * largest(), coarse ? COARSE : FLOOR);
    }

    private double weightsDrift() {
        double most = 0;
        for (JsonNode drift : new JsonNode[] {json, otherOrder}) {
            for (JsonNode n : drift.path("weights")) {
                most = Math.max(most, n.get("max_rel").asDouble());
            }
        }
        return most;
    }

    private double tolerance(int step, double most, double own) {
        double tenfold = Math.max(10 * most, FLOOR);
        if (coarse) {
            return Math.max(tenfold, COARSE);
        }
        return step > 1 || own > FLOOR ? tenfold : Math.min(tenfold, AFTER_STEP_1);
    }

    private double largest() {
        double most = weightsDrift();
        for (JsonNode n : json.get("series")) {
            most = Math.max(most, n.get("max_rel_any_step").asDouble());
        }
        return most;
    }
}
