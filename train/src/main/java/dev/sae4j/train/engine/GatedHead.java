package dev.sae4j.train.engine;

import dev.sae4j.train.recipe.Sparsity;
import org.jspecify.annotations.Nullable;

/// Gated SAEs: with `u = W_enc·x`, `pi = u + b_gate` and `mag = u·exp(r_mag) + b_mag`, the value is
/// `[pi > 0]·relu(mag)`, and `relu(pi)` reconstructs a second time. The sparsity term is on
/// `relu(pi)`. No gradient flows through the step `[pi > 0]`.
final class GatedHead implements Head {
    private final PowerSum power;
    private float[] norms = new float[0];
    private float[] gateBias = new float[0];
    private float[] magnitudeBias = new float[0];
    private float[] scale = new float[0]; // exp(r_mag)

    GatedHead(@Nullable Sparsity sparsity) {
        power = new PowerSum(sparsity);
    }

    @Override
    public void begin(StepSettings settings, StepContext context) {
        norms = context.norms();
        Parameters w = context.weights();
        gateBias = values(w.gateBias());
        magnitudeBias = w.encoderBias().value();
        float[] r = values(w.magnitudeScale());
        if (scale.length != r.length) {
            scale = new float[r.length];
        }
        for (int j = 0; j < r.length; j++) {
            scale[j] = (float) Math.exp(r[j]);
        }
        power.begin(settings, context.rows());
    }

    private static float[] values(@Nullable Parameter p) {
        if (p == null) {
            throw new IllegalStateException("a gated SAE has a gate");
        }
        return p.value();
    }

    /// The gate `pi > 0`, as a bound on `u`. `u` slightly above it may still give `pi = 0`, which
    /// [#second] then finds.
    @Override
    public float lower(int j) {
        return Math.nextDown(-gateBias[j]);
    }

    @Override
    public float value(int j, float u) {
        if (!(u + gateBias[j] > 0)) {
            return 0;
        }
        float magnitude = u * scale[j] + magnitudeBias[j];
        return magnitude > 0 ? magnitude : 0;
    }

    @Override
    public float second(int j, float u) {
        float pi = u + gateBias[j];
        return pi > 0 ? pi : 0;
    }

    @Override
    public boolean hasSecond() {
        return true;
    }

    @Override
    public void addRow(int r, int j, float u, float value) {
        power.add(r, second(j, u), norms[j]);
    }

    @Override
    public void endRows(int rows) {
        power.end(rows);
    }

    @Override
    public void backward(int j, FeatureEntries e) {
        for (int i = 0; i < e.n; i++) {
            if (!(e.second[i] > 0)) {
                e.secondGradient[i] = 0;
            }
        }
        e.normGradient = power.backward(e.second, e.row, e.n, norms[j], e.secondGradient);
        double magnitude = 0;
        double throughScale = 0;
        double gate = 0;
        for (int i = 0; i < e.n; i++) {
            float byMagnitude = e.value[i] > 0 ? e.gradient[i] : 0;
            magnitude += byMagnitude;
            throughScale += (double) byMagnitude * e.pre[i];
            gate += e.secondGradient[i];
            e.gradient[i] = byMagnitude * scale[j] + e.secondGradient[i];
        }
        e.biasGradient = magnitude;
        e.magnitudeScaleGradient = throughScale * scale[j];
        e.gateBiasGradient = gate;
    }

    @Override
    public double sparsity() {
        return power.mean();
    }

    @Override
    public double nextSparsity() {
        return power.nextMean();
    }
}
