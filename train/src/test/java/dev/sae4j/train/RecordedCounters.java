package dev.sae4j.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;

/// Compares the counters that trainers keep of their features.
final class RecordedCounters {
    /// As everywhere: ten times what the recording itself drifts.
    private static final int TENFOLD = 10;

    private final RecordedCase recorded;
    private final double[] differences;
    private final long window;
    private final double[] sinceReset; // rows on which each feature was active
    private final double[] inAll;
    private long samples;

    RecordedCounters(RecordedCase recorded) {
        this.recorded = recorded;
        RecordedTensors steps = recorded.read("steps.safetensors");
        differences =
                steps.has("active_set_diff_f64") ? steps.get("active_set_diff_f64") : new double[0];
        int f = recorded.json().at("/dims/d_sae").asInt();
        window =
                recorded.json()
                        .at("/hyper_parameters/trainer/feature_sampling_window")
                        .asLong(Long.MAX_VALUE);
        sinceReset = new double[f];
        inAll = new double[f];
    }

    /// Counts a step, and compares if something was recorded after it.
    void compare(int step, TrainingRun run) {
        if (step > 1 && (step - 1) % window == 0) {
            Arrays.fill(sinceReset, 0);
            samples = 0;
        }
        int[] active = run.step().dead().activeRows();
        for (int j = 0; j < active.length; j++) {
            sinceReset[j] += active[j];
            inAll[j] += active[j];
        }
        samples += recorded.recipe().batch();
        RecordedTensors own = recorded.readIfThere("counters_" + step + ".safetensors");
        for (String name : own.names()) {
            compare(name, step, own.get(name), run);
        }
        RecordedTensors buffers = recorded.readIfThere("weights_" + step + ".safetensors");
        for (String name : List.of("feature_activations", "steps_since_active")) {
            if (buffers.has(name)) {
                compare(name, step, buffers.get(name), run);
            }
        }
    }

    private void compare(String name, int step, double[] expected, TrainingRun run) {
        double[] found =
                switch (name) {
                    case "n_forward_passes_since_fired", "steps_since_active" ->
                            silent(run, stepUnit(run));
                    case "num_tokens_since_fired" ->
                            silent(run, run.step().dead().countsSteps() ? 1.0 / batch() : 1);
                    case "act_freq_scores" -> sinceReset;
                    case "feature_activations" -> inAll;
                    case "n_frac_active_samples" -> new double[] {samples};
                    default -> throw new AssertionError("nobody knows the counter " + name);
                };
        int different = 0;
        for (int j = 0; j < expected.length; j++) {
            different += found[j] != expected[j] ? 1 : 0;
        }
        assertThat(different)
                .as("features whose %s after step %d is not as recorded", name, step)
                .isLessThanOrEqualTo(TENFOLD * choicesOfTheRecording(step));
    }

    /// Choices that the recording's own float32 and float64 runs made differently.
    private int choicesOfTheRecording(int step) {
        return (int) Arrays.stream(differences).limit(step).sum();
    }

    private int batch() {
        return recorded.recipe().batch() * recorded.recipe().accumulate();
    }

    private double stepUnit(TrainingRun run) {
        return run.step().dead().countsSteps() ? 1 : batch();
    }

    private static double[] silent(TrainingRun run, double unit) {
        return Arrays.stream(run.step().dead().silent()).mapToDouble(n -> n / unit).toArray();
    }
}
