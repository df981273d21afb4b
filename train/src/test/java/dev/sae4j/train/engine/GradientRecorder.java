package dev.sae4j.train.engine;

import dev.sae4j.kernel.Workers;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/// An optimizer that changes nothing and remembers the gradients it was given.
final class GradientRecorder implements OptimizerState {
    private final Map<String, float[]> gradients = new HashMap<>();

    GradientRecorder(Parameters weights) {
        for (Parameter p : weights.all()) {
            gradients.put(p.name(), new float[p.value().length]);
        }
    }

    /// The gradient by a parameter, as large as that.
    float[] of(String name) {
        return Objects.requireNonNull(gradients.get(name), name);
    }

    @Override
    public void begin(double learningRate) {}

    @Override
    public void update(Parameter p, int at, float[] gradient, int from, int n) {
        System.arraycopy(gradient, from, of(p.name()), at, n);
    }

    @Override
    public void updateWhole(Workers workers, Parameter p, float[] gradient) {
        update(p, 0, gradient, 0, gradient.length);
    }

    @Override
    public void reset(Parameter p, int at, int n) {}

    @Override
    public Map<String, float[]> state() {
        return Map.of();
    }

    @Override
    public Map<String, Double> counters() {
        return Map.of();
    }

    @Override
    public void restore(Map<String, Double> counters) {}
}
