package dev.sae4j.train.engine;

import dev.sae4j.train.recipe.Architecture;
import dev.sae4j.train.recipe.Sparsity;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// JumpReLU with learned thresholds: `f = z` where `z > theta`. With `K = [|z - theta| < width/2]`,
/// and `g` the gradient by `f`, the straight-through estimators give
///
///     by theta: -theta/width·K·g          (and -1/width·K times the gradient by L0)
///     by z:     [z > theta]·g             (plus the negative of the above, if recipes say so)
///
/// so entries inside the window take part whether they are on or off.
final class JumpReluHead implements Head {
    private final Architecture.JumpRelu recipe;
    private final @Nullable Sparsity sparsity;
    private final float width;
    private final double preActCoefficient;
    private float[] theta = new float[0];
    private float[] norms = new float[0];
    private boolean[] dead = new boolean[0];
    private double coefficient;
    private int rows;
    private int[] l0 = new int[0]; // [rows]
    private double[] tanh = new double[0]; // [rows]
    private double[] preAct = new double[0]; // [rows]
    private float[] l0Gradient = new float[0]; // [rows], of the loss by a row's L0
    private double loss;

    JumpReluHead(
            Architecture.JumpRelu recipe, @Nullable Sparsity sparsity, double preActCoefficient) {
        this.recipe = recipe;
        this.sparsity = sparsity;
        this.width = (float) recipe.bandwidth();
        this.preActCoefficient = preActCoefficient;
    }

    @Override
    public void begin(StepSettings settings, StepContext context) {
        theta = Objects.requireNonNull(context.weights().threshold(), "thresholds").value();
        norms = context.norms();
        dead = context.dead();
        coefficient = settings.coefficient();
        rows = context.rows();
        if (recipe.clamped()) {
            for (int j = 0; j < theta.length; j++) {
                theta[j] = Math.max(theta[j], 0);
            }
        }
        if (l0.length < rows) {
            l0 = new int[rows];
            tanh = new double[rows];
            preAct = new double[rows];
            l0Gradient = new float[rows];
        }
        Arrays.fill(l0, 0);
        Arrays.fill(tanh, 0);
        Arrays.fill(preAct, 0);
    }

    @Override
    public float lower(int j) {
        if (preActCoefficient > 0 && dead[j]) {
            return Float.NEGATIVE_INFINITY;
        }
        if (theta[j] < 0 && recipe.l0Window() == Architecture.L0Window.ACTIVATION) {
            return Float.NEGATIVE_INFINITY; // an activation of 0 is above the threshold
        }
        // a little below the window, whose test rounds
        return theta[j] - width * 0.500001f - Math.abs(theta[j]) * 1e-6f;
    }

    @Override
    public float value(int j, float z) {
        return z > theta[j] ? z : 0;
    }

    private boolean inWindow(float v, float threshold) {
        return Math.abs((v - threshold) / width) < 0.5f;
    }

    @Override
    public void addRow(int r, int j, float z, float f) {
        boolean on =
                recipe.l0Window() == Architecture.L0Window.ACTIVATION ? f > theta[j] : z > theta[j];
        if (on) {
            l0[r]++;
        }
        if (sparsity instanceof Sparsity.TanhL0 t) {
            tanh[r] += Math.tanh(t.scale() * f * norms[j]);
        }
        if (preActCoefficient > 0 && dead[j] && z < theta[j]) {
            preAct[r] += (double) (theta[j] - z) * norms[j];
        }
    }

    @Override
    public void endRows(int batchRows) {
        double mean = 0;
        for (int r = 0; r < rows; r++) {
            mean += l0[r];
        }
        mean /= rows;
        switch (sparsity) {
            case null -> setL0(0, 0);
            case Sparsity.L0 _ -> setL0(mean, coefficient / rows);
            case Sparsity.TanhL0 _ -> {
                double sum = 0;
                for (int r = 0; r < rows; r++) {
                    sum += tanh[r];
                }
                setL0(sum / rows, 0);
            }
            case Sparsity.TargetL0 t when t.of() == Sparsity.TargetL0.Of.BATCH -> {
                double off = mean / t.target() - 1;
                setL0(off * off, coefficient * 2 * off / t.target() / rows);
            }
            case Sparsity.TargetL0 t -> {
                double sum = 0;
                for (int r = 0; r < rows; r++) {
                    double off = l0[r] - t.target();
                    sum += 2 / t.target() * off * off;
                    l0Gradient[r] = (float) (coefficient / rows * 4 / t.target() * off);
                }
                loss = sum / rows;
            }
            case Sparsity.Lp _ -> throw new IllegalStateException("JumpReLU has no Lp term");
        }
    }

    private void setL0(double value, double gradient) {
        loss = value;
        Arrays.fill(l0Gradient, 0, rows, (float) gradient);
    }

    @Override
    public void backward(int j, FeatureEntries e) {
        float t = theta[j];
        boolean onActivation = recipe.l0Window() == Architecture.L0Window.ACTIVATION;
        double byTheta = 0;
        double byNorm = 0;
        double bias = 0;
        int on = 0;
        float preActSlope = (float) (preActCoefficient / rows) * norms[j];
        for (int i = 0; i < e.n; i++) {
            float z = e.pre[i];
            boolean active = z > t;
            float g = e.gradient[i];
            if (sparsity instanceof Sparsity.TanhL0 s) {
                double th = Math.tanh(s.scale() * e.value[i] * norms[j]);
                double slope = coefficient / rows * s.scale() * (1 - th * th);
                g += (float) (slope * norms[j]);
                byNorm += slope * e.value[i];
            }
            boolean near = inWindow(z, t);
            double estimated = near ? t / width * g : 0;
            double byL0 = near && !onActivation ? l0Gradient[e.row[i]] / width : 0;
            if (onActivation && active && inWindow(e.value[i], t)) {
                byTheta -= l0Gradient[e.row[i]] / width;
            }
            byTheta -= estimated + byL0;
            float byZ = active ? g : 0;
            if (recipe.trainsInput()) {
                byZ += (float) (estimated + byL0);
            }
            if (preActCoefficient > 0 && dead[j] && z < t) {
                byZ -= preActSlope;
                byTheta += preActSlope;
                byNorm += preActCoefficient / rows * (t - z);
            }
            e.gradient[i] = byZ;
            bias += byZ;
            on += active ? 1 : 0;
        }
        if (onActivation && inWindow(0, t)) { // all that are off: their activation is 0
            byTheta -= (double) (rows - on) * l0Gradient[0] / width;
        }
        e.thresholdGradient = byTheta;
        e.normGradient = byNorm;
        e.biasGradient = bias;
    }

    @Override
    public double sparsity() {
        return loss;
    }

    @Override
    public double preActLoss() {
        double sum = 0;
        for (int r = 0; r < rows; r++) {
            sum += preAct[r];
        }
        return preActCoefficient * sum / rows;
    }
}
