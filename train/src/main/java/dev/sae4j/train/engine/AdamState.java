package dev.sae4j.train.engine;

import dev.sae4j.train.recipe.Optimizer;
import dev.sae4j.train.schedule.Counters;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Adam as in PyTorch: two moments a weight, one with `beta1 = 0`.
final class AdamState implements OptimizerState {
    private static final String STEP = "adam/step";

    /// @param m running mean of the gradient; null if beta1 is 0
    /// @param v running mean of its square
    private record Moments(float @Nullable [] m, float[] v) {}

    private final Optimizer.Adam recipe;
    private final Map<String, Moments> moments = new HashMap<>();
    private @Nullable AdamKernel kernel;
    private long step;

    AdamState(Optimizer.Adam recipe, List<Parameter> parameters) {
        this.recipe = recipe;
        for (Parameter p : parameters) {
            int n = p.value().length;
            float[] m = recipe.beta1() == 0 ? null : new float[n];
            moments.put(p.name(), new Moments(m, new float[n]));
        }
    }

    @Override
    public void begin(double learningRate) {
        step++;
        kernel = new AdamKernel(recipe, learningRate, step);
    }

    @Override
    public void update(Parameter p, int at, float[] gradient, int from, int n) {
        Moments of = of(p);
        Objects.requireNonNull(kernel, "begin comes first")
                .update(p.value(), of.m(), of.v(), at, gradient, from, n);
    }

    @Override
    public void reset(Parameter p, int at, int n) {
        Moments of = of(p);
        if (of.m() != null) {
            Arrays.fill(of.m(), at, at + n, 0f);
        }
        Arrays.fill(of.v(), at, at + n, 0f);
    }

    @Override
    public Map<String, float[]> state() {
        Map<String, float[]> state = new TreeMap<>();
        moments.forEach((name, of) -> {
            if (of.m() != null) {
                state.put(name + "/m", of.m());
            }
            state.put(name + "/v", of.v());
        });
        return state;
    }

    @Override
    public Map<String, Double> counters() {
        return Map.of(STEP, (double) step);
    }

    @Override
    public void restore(Map<String, Double> counters) {
        step = Counters.count(counters, STEP, 1L << 53);
    }

    private Moments of(Parameter p) {
        return Objects.requireNonNull(moments.get(p.name()), p.name());
    }
}
