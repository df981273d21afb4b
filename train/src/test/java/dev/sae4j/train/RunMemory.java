package dev.sae4j.train;

import dev.sae4j.train.engine.Parameter;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/// All that a step changes, so that it can be done again.
///
/// @param floats weights and the optimizer's arrays, copied
/// @param silent counters of the features, copied
/// @param numbers of schedules and optimizer
/// @param steps done
record RunMemory(
        Map<String, float[]> floats, long[] silent, Map<String, Double> numbers, long steps) {
    static RunMemory of(TrainingRun run) {
        Map<String, float[]> floats = new TreeMap<>();
        arrays(run).forEach((name, values) -> floats.put(name, values.clone()));
        return new RunMemory(
                floats, run.step().dead().silent().clone(), run.numbers(), run.steps());
    }

    /// Takes the run back to where it was.
    void restore(TrainingRun run) {
        arrays(run)
                .forEach((name, values) ->
                        System.arraycopy(
                                Objects.requireNonNull(floats.get(name)),
                                0,
                                values,
                                0,
                                values.length));
        System.arraycopy(silent, 0, run.step().dead().silent(), 0, silent.length);
        run.restore(numbers, steps);
    }

    private static Map<String, float[]> arrays(TrainingRun run) {
        Map<String, float[]> arrays = new TreeMap<>(run.step().optimizer().state());
        for (Parameter p : run.weights().all()) {
            arrays.put(p.name(), p.value());
        }
        return arrays;
    }
}
