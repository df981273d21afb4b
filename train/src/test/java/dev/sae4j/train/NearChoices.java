package dev.sae4j.train;

import dev.sae4j.train.Choice.By;
import dev.sae4j.train.engine.Batch;
import dev.sae4j.train.engine.Parameter;
import dev.sae4j.train.engine.Parameters;
import dev.sae4j.train.recipe.Architecture;
import dev.sae4j.train.recipe.AuxK;
import dev.sae4j.train.recipe.Dead;
import dev.sae4j.train.recipe.Levels;
import dev.sae4j.train.recipe.Recipe;
import dev.sae4j.train.recipe.Span;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Finds, in double, what a step decides by less than rounding.
final class NearChoices {
    /// What float32 may be off by, relative to the sum of magnitudes of the sum: the rounding of some
    /// 16 to 64 products, 6e-8 each.
    static final double ROUNDING = 1e-6;

    private final Recipe recipe;
    private final Parameters w;
    private final Batch batch;
    private final int k;
    private final boolean[] dead;
    private final double limit;
    private final int f;
    private final double[][] z; // [rows, F], pre-activations; u of gated SAEs
    private final double[][] size; // [rows, F]
    private final List<Choice> found = new ArrayList<>();

    private NearChoices(
            Recipe recipe, Parameters weights, Batch batch, int k, boolean[] dead, double limit) {
        this.recipe = recipe;
        this.w = weights;
        this.batch = batch;
        this.k = k;
        this.dead = dead;
        this.limit = limit;
        this.f = weights.dSae();
        z = new double[batch.rows()][f];
        size = new double[batch.rows()][f];
    }

    /// The choices that are nearer to their boundary than a limit, nearest first.
    ///
    /// @param weights before the step
    /// @param batch as the step sees it
    /// @param k features per row in this step
    /// @param dead `[F]`, features that counted as dead
    /// @param limit distance, relative to the magnitudes that the number is summed up from
    static List<Choice> of(
            Recipe recipe, Parameters weights, Batch batch, int k, boolean[] dead, double limit) {
        var near = new NearChoices(recipe, weights, batch, k, dead, limit);
        if (recipe.activation() instanceof Architecture.MatchingPursuit pursuit) {
            near.pursue(pursuit);
        } else {
            near.preActivations();
            near.select();
            near.aux();
        }
        near.found.sort(Comparator.comparingDouble(Choice::margin));
        return near.found;
    }

    /// The features that count as dead in a step.
    ///
    /// @param silent before it
    /// @param fired in it
    static boolean[] dead(Recipe recipe, long steps, long[] silent, boolean[] fired) {
        Dead rule = recipe.dead();
        long batch = recipe.rowsPerStep();
        boolean inSteps = rule.after().unit() == Span.Unit.STEPS;
        long after = inSteps ? rule.after().steps(steps, batch) : rule.after().tokens(steps, batch);
        boolean[] dead = new boolean[silent.length];
        for (int j = 0; j < dead.length; j++) {
            dead[j] =
                    rule.when() == Dead.When.BEFORE_STEP
                            ? silent[j] > after
                            : !fired[j] && silent[j] + (inSteps ? 1 : batch) >= after;
        }
        return dead;
    }

    private void preActivations() {
        int d = w.dIn();
        float[] centre =
                switch (recipe.inputBias()) {
                    case NONE -> new float[d];
                    case DECODER -> w.decoderBias().value();
                    case OWN -> Objects.requireNonNull(w.preBias()).value();
                };
        boolean gated = recipe.activation() instanceof Architecture.Gated;
        for (int r = 0; r < z.length; r++) {
            for (int j = 0; j < f; j++) {
                double bias = gated ? 0 : w.encoderBias().value()[j];
                double sum = bias;
                double magnitudes = Math.abs(bias);
                for (int c = 0; c < d; c++) {
                    double x = (double) batch.x()[r * d + c] - centre[c];
                    double weight = w.encoder().value()[j * d + c];
                    sum += x * weight;
                    magnitudes += Math.abs(x * weight);
                }
                double norm = recipe.rankByDecoderNorm() ? norm(j) : 1;
                z[r][j] = sum * norm;
                size[r][j] = magnitudes * norm;
            }
        }
    }

    private double norm(int j) {
        double squares = 0;
        for (int c = 0; c < w.dOut(); c++) {
            double v = w.decoder().value()[j * w.dOut() + c];
            squares += v * v;
        }
        return Math.sqrt(squares);
    }

    private void select() {
        switch (recipe.activation()) {
            case Architecture.Relu _ -> boundaries("relu", 0);
            case Architecture.Gated _ -> gates();
            case Architecture.TopK _ -> {
                boundaries("relu", 0);
                bestOfRows("k-th", k, 0, f, false);
                if (recipe.loss().multiTopK()) {
                    bestOfRows("4k-th", 4 * k, 0, f, false);
                }
            }
            case Architecture.AbsTopK _ -> bestOfRows("k-th", k, 0, f, true);
            case Architecture.BatchTopK a -> bestOfBatch((int) (a.k() * batch.rows()));
            case Architecture.GroupMax a -> {
                boundaries("relu", 0);
                for (int g = 0; g < a.k(); g++) {
                    bestOfRows("largest of a group", 1, g * f / a.k(), (g + 1) * f / a.k(), false);
                }
            }
            case Architecture.JumpRelu a when a.learned() -> windows(a);
            case Architecture.JumpRelu a -> boundaries("threshold", a.threshold());
            case Architecture.MatchingPursuit _ -> throw new IllegalStateException();
        }
    }

    private void boundaries(String what, double boundary) {
        for (int r = 0; r < z.length; r++) {
            for (int j = 0; j < f; j++) {
                add(what, r, j, z[r][j] - boundary, size[r][j], By.ENCODER_BIAS);
            }
        }
    }

    private void gates() {
        float[] gate = bias(w.gateBias());
        float[] magnitude = w.encoderBias().value();
        float[] scale = bias(w.magnitudeScale());
        for (int r = 0; r < z.length; r++) {
            for (int j = 0; j < f; j++) {
                double factor = Math.exp(scale[j]);
                double u = z[r][j];
                add("gate", r, j, u + gate[j], size[r][j] + Math.abs(gate[j]), By.GATE_BIAS);
                add(
                        "magnitude",
                        r,
                        j,
                        u * factor + magnitude[j],
                        size[r][j] * factor + Math.abs(magnitude[j]),
                        By.ENCODER_BIAS);
            }
        }
    }

    private static float[] bias(@Nullable Parameter p) {
        return Objects.requireNonNull(p).value();
    }

    private void windows(Architecture.JumpRelu a) {
        float[] theta = bias(w.threshold());
        double half = a.bandwidth() / 2;
        for (int r = 0; r < z.length; r++) {
            for (int j = 0; j < f; j++) {
                double t = a.clamped() ? Math.max(theta[j], 0) : theta[j];
                double all = size[r][j] + Math.abs(t);
                add("threshold", r, j, z[r][j] - t, all, By.ENCODER_BIAS);
                add("window", r, j, z[r][j] - t - half, all + half, By.ENCODER_BIAS);
                add("window", r, j, z[r][j] - t + half, all + half, By.ENCODER_BIAS);
            }
        }
    }

    /// The `n` best of features `[from, to)` in each row.
    private void bestOfRows(String what, int n, int from, int to, boolean absolute) {
        boolean[] all = new boolean[f];
        Arrays.fill(all, from, to, true);
        bestOfRows(what, n, all, absolute);
    }

    private void bestOfRows(String what, int n, boolean[] among, boolean absolute) {
        for (int r = 0; r < z.length; r++) {
            double[] scores = new double[f];
            int count = 0;
            for (int j = 0; j < f; j++) {
                if (among[j]) {
                    scores[count++] = absolute ? Math.abs(z[r][j]) : z[r][j];
                }
            }
            if (count <= n) {
                continue;
            }
            Arrays.sort(scores, 0, count);
            double boundary = (scores[count - n] + scores[count - n - 1]) / 2;
            for (int j = 0; j < f; j++) {
                if (among[j]) {
                    double score = absolute ? Math.abs(z[r][j]) : z[r][j];
                    add(what, r, j, score - boundary, size[r][j], By.ENCODER_BIAS);
                }
            }
        }
    }

    private void bestOfBatch(int n) {
        double[] scores = Arrays.stream(z).flatMapToDouble(Arrays::stream).sorted().toArray();
        int at = scores.length - n;
        double boundary = at <= 0 ? 0 : Math.max(0, (Math.max(0, scores[at]) + scores[at - 1]) / 2);
        boundaries("last of the batch", boundary);
    }

    private void aux() {
        AuxK aux = recipe.loss().aux();
        if (aux == null || aux.coefficient() == 0) {
            return;
        }
        Levels levels = recipe.loss().levels();
        List<Integer> ends = aux.perLevel() && levels != null ? levels.widths(f) : List.of(f);
        Integer given = aux.k();
        int most = given == null ? Math.max(1, w.dIn() / 2) : given;
        boolean absolute = recipe.activation() instanceof Architecture.AbsTopK;
        int from = 0;
        for (int end : ends) {
            boolean[] among = new boolean[f];
            System.arraycopy(dead, from, among, from, end - from);
            bestOfRows("k-th of the dead", most, among, absolute);
            for (int r = 0; r < z.length && aux.source() == AuxK.Source.ACTIVATION; r++) {
                for (int j = from; j < end; j++) {
                    if (dead[j]) {
                        add("relu of the dead", r, j, z[r][j], size[r][j], By.ENCODER_BIAS);
                    }
                }
            }
            from = end;
        }
    }

    private void pursue(Architecture.MatchingPursuit pursuit) {
        int d = w.dIn();
        Integer most = pursuit.maxIterations();
        for (int r = 0; r < z.length; r++) {
            double[] left = new double[d];
            for (int c = 0; c < d; c++) {
                left[c] = (double) batch.x()[r * d + c] - w.decoderBias().value()[c];
            }
            double whole = length(left);
            boolean[] taken = new boolean[f];
            for (int t = 0; t < (most == null ? d : most); t++) {
                int best = best(r, left, whole);
                double value = dot(left, best);
                if (!(value > 0) || (pursuit.stopOnDuplicateSupport() && taken[best])) {
                    break;
                }
                taken[best] = true;
                for (int c = 0; c < d; c++) {
                    left[c] -= value * w.decoder().value()[best * d + c];
                }
                double limit = pursuit.residualThreshold();
                double rest = length(left);
                add("length of the residual", r, best, rest - limit, whole, By.INPUT);
                if (limit > 0 && rest < limit) {
                    break;
                }
            }
        }
    }

    private int best(int r, double[] left, double whole) {
        int best = 0;
        int second = -1;
        for (int j = 1; j < f; j++) {
            double score = dot(left, j);
            if (score > dot(left, best)) {
                second = best;
                best = j;
            } else if (second < 0 || score > dot(left, second)) {
                second = j;
            }
        }
        double gap = dot(left, best) - dot(left, second);
        add("largest product", r, best, gap / 2, whole * norm(best), By.INPUT);
        return best;
    }

    private double dot(double[] left, int j) {
        double sum = 0;
        for (int c = 0; c < left.length; c++) {
            sum += left[c] * w.decoder().value()[j * left.length + c];
        }
        return sum;
    }

    private static double length(double[] v) {
        return Math.sqrt(Arrays.stream(v).map(x -> x * x).sum());
    }

    private void add(String what, int r, int j, double distance, double of, By by) {
        double margin = Math.abs(distance) / of;
        if (margin <= limit) {
            found.add(new Choice(what, r, j, margin, of, by));
        }
    }
}
