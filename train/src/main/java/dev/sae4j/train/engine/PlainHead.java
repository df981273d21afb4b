package dev.sae4j.train.engine;

import dev.sae4j.train.recipe.Sparsity;
import org.jspecify.annotations.Nullable;

/// ReLU and everything that selects first: an entry's value is its pre-activation.
final class PlainHead implements Head {
    private final PowerSum power;
    private final boolean signed;
    private final boolean zerosTrain;
    private final float lower;
    private float[] norms = new float[0];
    private final boolean penalised;

    /// @param sparsity an Lp term, or null
    /// @param signed true to keep negative pre-activations (AbsTopK)
    /// @param zerosTrain true if a selected entry that ReLU made 0 passes its gradient on
    /// @param lower fixed threshold: values at or below it are off
    PlainHead(@Nullable Sparsity sparsity, boolean signed, boolean zerosTrain, float lower) {
        this.power = new PowerSum(sparsity);
        this.penalised = sparsity != null;
        this.signed = signed;
        this.zerosTrain = zerosTrain;
        this.lower = Math.max(0, lower);
    }

    @Override
    public void begin(StepSettings settings, StepContext context) {
        norms = context.norms();
        power.begin(settings, context.rows());
    }

    @Override
    public float lower(int j) {
        return lower;
    }

    @Override
    public float value(int j, float pre) {
        return signed || pre > lower ? pre : 0;
    }

    @Override
    public void addRow(int r, int j, float pre, float value) {
        if (penalised) {
            power.add(r, value, norms[j]);
        }
    }

    @Override
    public void endRows(int rows) {
        power.end(rows);
    }

    @Override
    public void backward(int j, FeatureEntries e) {
        if (!zerosTrain) {
            for (int i = 0; i < e.n; i++) {
                if (e.value[i] == 0) {
                    e.gradient[i] = 0;
                }
            }
        }
        if (penalised) {
            e.normGradient = power.backward(e.value, e.row, e.n, norms[j], e.gradient);
        }
        e.biasGradient = FeatureEntries.sum(e.gradient, e.n);
    }

    @Override
    public double sparsity() {
        return penalised ? power.mean() : 0;
    }

    @Override
    public double nextSparsity() {
        return power.nextMean();
    }
}
