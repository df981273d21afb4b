package dev.sae4j.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sae4j.train.engine.Parameter;
import dev.sae4j.train.engine.Parameters;
import dev.sae4j.train.recipe.Optimizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Compares what a repeated run leaves behind: the weights to be kept, the best epoch, the snapshots.
final class RecordedEnd {
    private final RecordedCase recorded;
    private final Rehearsal rehearsal;
    private final RecordedDrift drift;

    RecordedEnd(RecordedCase recorded, Rehearsal rehearsal) {
        this.recorded = recorded;
        this.rehearsal = rehearsal;
        this.drift = new RecordedDrift(recorded);
    }

    void compare() {
        if (recorded.has("epochs.safetensors")) {
            double best = recorded.read("epochs.safetensors").get("best_epoch")[0];
            assertThat(rehearsal.result().bestEpoch()).as("best epoch").isEqualTo((long) best);
            weights("weights_best.safetensors", rehearsal.result().weights());
        }
        if (recorded.has("checkpoint.safetensors")) {
            weights("checkpoint.safetensors", rehearsal.result().weights());
        }
        if (recorded.has("schedule_free_z.safetensors")) {
            assertThat(recorded.recipe().optimizer()).isInstanceOf(Optimizer.Signum.class);
            Parameters z = rehearsal.ended().weights().copy();
            Map<String, float[]> state = rehearsal.ended().step().optimizer().state();
            for (Parameter p : z.all()) {
                System.arraycopy(state.get(p.name() + "/z"), 0, p.value(), 0, p.value().length);
            }
            weights("schedule_free_z.safetensors", z);
        }
        if (recorded.has("snapshots.safetensors")) {
            assertThat(rehearsal.snapshots()).as("steps with a snapshot").isEqualTo(snapshots());
        }
        scaling();
    }

    private void weights(String fileName, Parameters found) {
        RecordedTensors file = recorded.read(fileName);
        for (Parameter p : found.all()) {
            holds(
                    Deviation.of(
                            p.name() + " of " + fileName,
                            recorded.steps(),
                            RecordedCase.values(p, file),
                            RecordedTensors.doubles(p.value()),
                            drift.ofWeights(recorded.steps())));
        }
    }

    private List<Integer> snapshots() {
        List<Integer> steps = new ArrayList<>();
        for (String name : recorded.read("snapshots.safetensors").names()) {
            steps.add(Integer.valueOf(name.replaceAll("step_(\\d+)/.*", "$1")));
        }
        return steps.stream().distinct().sorted().toList();
    }

    private void scaling() {
        RecordedTensors extras = recorded.readIfThere("extras.safetensors");
        double factor = rehearsal.result().scaling().factor();
        if (extras.has("scaling_factor")) {
            double direct = extras.get("scaling_factor")[0];
            holds(Deviation.of("scaling factor", 0, direct, factor, RecordedDrift.FLOOR));
        }
        if (extras.has("norm_factor")) {
            double inverse = extras.get("norm_factor")[0];
            holds(Deviation.of("norm factor", 0, inverse, 1 / factor, RecordedDrift.FLOOR));
        }
    }

    private static void holds(Deviation found) {
        assertThat(found.holds()).as(found.toString()).isTrue();
    }
}
