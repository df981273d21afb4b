package dev.sae4j.train.engine;

import dev.sae4j.kernel.Workers;
import dev.sae4j.train.recipe.Optimizer;
import dev.sae4j.train.schedule.Counters;
import dev.sae4j.train.schedule.RateSchedule;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/// Orthogonalised momentum for matrices, Adam for vectors. Matrices have rates of their own.
final class MuonState implements OptimizerState {
    private static final String STEP = "muon/step";

    /// Root mean square of an update's entries, over that of an orthogonal matrix of its shape
    /// (arXiv 2502.16982).
    private static final double SCALE = 0.2;

    private final Optimizer.Muon recipe;
    private final RateSchedule matrixRates;
    private final AdamState vectors;
    private final Map<String, float[]> momentum = new HashMap<>();
    private long step;
    private double matrixRate;

    /// @param matrixRates of matrices; vectors have what [#begin] says
    MuonState(Optimizer.Muon recipe, List<Parameter> parameters, RateSchedule matrixRates) {
        this.recipe = recipe;
        this.matrixRates = matrixRates;
        this.vectors =
                new AdamState(
                        Optimizer.Adam.DEFAULT,
                        parameters.stream().filter(p -> !needsWhole(p)).toList());
        for (Parameter p : parameters) {
            if (needsWhole(p)) {
                momentum.put(p.name(), new float[p.value().length]);
            }
        }
    }

    @Override
    public boolean needsWhole(Parameter p) {
        return p.rows() > 1;
    }

    @Override
    public void begin(double learningRate) {
        vectors.begin(learningRate);
        matrixRate = matrixRates.at(step);
        step++;
    }

    @Override
    public void update(Parameter p, int at, float[] gradient, int from, int n) {
        vectors.update(p, at, gradient, from, n);
    }

    @Override
    public void updateWhole(Workers workers, Parameter p, float[] gradient) {
        float[] w = p.value();
        float[] mean = momentum(p);
        float kept = (float) (1 - matrixRate * recipe.weightDecay());
        Lerp towardsGradient = Lerp.of(1 - recipe.momentum());
        Lerp nesterov = Lerp.of(recipe.momentum());
        eachRow(
                workers,
                p,
                i -> {
                    w[i] *= kept;
                    mean[i] = towardsGradient.between(mean[i], gradient[i]);
                    gradient[i] = nesterov.between(gradient[i], mean[i]);
                });
        NewtonSchulz.orthogonalise(workers, gradient, p.rows(), p.width());
        double scale = SCALE * Math.sqrt(Math.max(p.rows(), p.width()));
        float rate = (float) (-matrixRate * scale);
        eachRow(workers, p, i -> w[i] = Math.fma(rate, gradient[i], w[i]));
    }

    @Override
    public void reset(Parameter p, int at, int n) {
        if (needsWhole(p)) {
            Arrays.fill(momentum(p), at, at + n, 0f);
        } else {
            vectors.reset(p, at, n);
        }
    }

    @Override
    public Map<String, float[]> state() {
        Map<String, float[]> state = new TreeMap<>(vectors.state());
        momentum.forEach((name, values) -> state.put(name + "/m", values));
        return state;
    }

    @Override
    public Map<String, Double> counters() {
        Map<String, Double> counters = new TreeMap<>(vectors.counters());
        counters.put(STEP, (double) step);
        return counters;
    }

    @Override
    public void restore(Map<String, Double> counters) {
        vectors.restore(counters);
        step = Counters.count(counters, STEP, 1L << 53);
    }

    private float[] momentum(Parameter p) {
        return Objects.requireNonNull(momentum.get(p.name()), p.name());
    }

    private interface Entry {
        void accept(int index);
    }

    private static void eachRow(Workers workers, Parameter p, Entry body) {
        workers.forEach(
                p.rows(),
                row -> {
                    int end = (row + 1) * p.width();
                    for (int i = row * p.width(); i < end; i++) {
                        body.accept(i);
                    }
                });
    }
}
