package dev.sae4j.train.engine;

import dev.sae4j.train.recipe.Optimizer;
import dev.sae4j.train.schedule.Counters;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Sign descent inside a schedule-free average. The weights are `y`; `z` is kept beside them; the
/// average `x` is recomputed from both and weighs each step by its largest rate so far, squared.
final class SignumState implements OptimizerState {
    private static final String STEP = "signum/step";
    private static final String RATE_MAX = "signum/rate_max";
    private static final String WEIGHT_SUM = "signum/weight_sum";

    private final double momentum;
    private final List<Parameter> parameters;

    /// `z` by name, set at the first step; none without momentum.
    private final Map<String, float[]> z = new TreeMap<>();

    private @Nullable SignumKernel kernel;
    private long step;
    private double rate;
    private double rateMax;
    private double weightSum;

    SignumState(Optimizer.Signum recipe, List<Parameter> parameters) {
        this.momentum = recipe.momentum();
        this.parameters = List.copyOf(parameters);
        if (momentum > 0) {
            for (Parameter p : parameters) {
                z.put(p.name(), new float[p.value().length]);
            }
        }
    }

    /// The first step takes the weights as they are then for the start of `z`.
    @Override
    public void begin(double learningRate) {
        if (step == 0 && momentum > 0) {
            for (Parameter p : parameters) {
                System.arraycopy(p.value(), 0, z(p), 0, p.value().length);
            }
        }
        step++;
        rate = learningRate;
        rateMax = Math.max(rateMax, learningRate);
        double weight = rateMax * rateMax;
        weightSum += weight;
        // the wrapper divides 0 by 0 when the first rate is 0
        double share = weightSum > 0 ? weight / weightSum : 1;
        kernel = SignumKernel.of(momentum, rate, share);
    }

    @Override
    public void update(Parameter p, int at, float[] gradient, int from, int n) {
        if (momentum == 0) {
            SignumKernel.descend(rate, p.value(), at, gradient, from, n);
        } else {
            Objects.requireNonNull(kernel, "begin comes first")
                    .update(p.value(), z(p), at, gradient, from, n);
        }
    }

    /// Starts these weights anew from where they are: `x = y = z`.
    @Override
    public void reset(Parameter p, int at, int n) {
        if (momentum > 0) {
            System.arraycopy(p.value(), at, z(p), at, n);
        }
    }

    @Override
    public void averaged(Parameter p, float[] out) {
        if (momentum == 0 || step == 0) {
            System.arraycopy(p.value(), 0, out, 0, out.length);
            return;
        }
        Lerp recover = SignumKernel.recovery(momentum);
        float[] of = z(p);
        for (int i = 0; i < out.length; i++) {
            out[i] = recover.between(p.value()[i], of[i]);
        }
    }

    @Override
    public Map<String, float[]> state() {
        Map<String, float[]> state = new TreeMap<>();
        z.forEach((name, values) -> state.put(name + "/z", values));
        return state;
    }

    @Override
    public Map<String, Double> counters() {
        return Map.of(STEP, (double) step, RATE_MAX, rateMax, WEIGHT_SUM, weightSum);
    }

    @Override
    public void restore(Map<String, Double> counters) {
        step = Counters.count(counters, STEP, 1L << 53);
        rateMax = Counters.get(counters, RATE_MAX);
        weightSum = Counters.get(counters, WEIGHT_SUM);
    }

    private float[] z(Parameter p) {
        return Objects.requireNonNull(z.get(p.name()), p.name());
    }
}
