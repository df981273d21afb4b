package dev.sae4j.train.engine;

import dev.sae4j.kernel.Gemm;
import dev.sae4j.kernel.PackedMatrix;
import dev.sae4j.kernel.Rows;
import dev.sae4j.kernel.Vectors;
import dev.sae4j.kernel.Workers;
import dev.sae4j.sae.TopKRows;
import dev.sae4j.train.recipe.Architecture;
import dev.sae4j.train.recipe.Recipe;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Trains matching pursuit: features are taken off the residual one after the other, with the
/// decoder as encoder, and the gradient goes back through all of these steps. With `r_t` the
/// residual before pick `t`, `w` its decoder row, `v_t = relu(r_t·w)`, `e` the gradient by the
/// reconstruction and `l` the gradient by the residual behind the pick,
///
///     dv = e·w - l·w        dL/dw += v_t·(e - l) + dv·r_t        l += dv·w
final class PursuitStep extends StepBase {
    /// Floats of the residuals that are kept at a time.
    private static final int ROOM = 1 << 24;

    private final Architecture.MatchingPursuit pursuit;
    private final PackedMatrix packed;
    private final int picks;
    private final float[] gradient; // [F, D]

    PursuitStep(
            Workers workers,
            Recipe recipe,
            Architecture.MatchingPursuit pursuit,
            Parameters weights,
            OptimizerState optimizer,
            DeadFeatures dead) {
        super(workers, recipe, weights, optimizer, dead);
        this.pursuit = pursuit;
        this.packed = PackedMatrix.allocate(weights.dSae(), weights.dIn());
        Integer most = pursuit.maxIterations();
        this.picks = most == null ? weights.dIn() : most;
        this.gradient = new float[weights.decoder().value().length];
    }

    /// The picks of some rows.
    private static final class Picks {
        final int rows;
        final float[] residual; // [rows, picks, D], r_t, later dL/dw of each pick
        final int[] feature; // [rows, picks]
        final float[] value; // [rows, picks]
        final int[] count; // [rows]
        final float[] left; // [rows, D], the residual now

        Picks(int rows, int picks, int d) {
            this.rows = rows;
            residual = new float[rows * picks * d];
            feature = new int[rows * picks];
            value = new float[rows * picks];
            count = new int[rows];
            left = new float[rows * d];
        }
    }

    @Override
    StepResult step(Batch batch, StepSettings settings, boolean learn) {
        int d = weights.dIn();
        int rows = batch.rows();
        dead.begin();
        main.begin(workers, batch, false);
        float[] decoder = weights.decoder().value();
        packed.pack(workers, decoder);
        Arrays.fill(gradient, 0f);
        int chunk = Math.clamp(ROOM / ((long) picks * d), 1, rows);
        float[] back = new float[rows * d]; // gradient by the centred input
        long active = 0;
        for (int first = 0; first < rows; first += chunk) {
            Picks p = pick(batch, first, Math.min(chunk, rows - first));
            active += fire(p);
            backward(batch, first, p, back);
            addUp(p);
        }
        Reconstruction.Sums sums = main.sums(batch);
        boolean done = learn && Double.isFinite(sums.loss());
        if (done) {
            dead.forward(rows);
        }
        Map<String, Double> norms = new LinkedHashMap<>();
        double total = Double.NaN;
        if (done) {
            total = change(settings, rows, back, norms);
            done = Double.isFinite(total);
        }
        if (done) {
            dead.end(rows);
        }
        return new StepResult(
                sums.loss(),
                sums.loss(),
                sums.full(),
                0,
                0,
                Double.NaN,
                0,
                0,
                0,
                sums.fvu(),
                (double) active / rows,
                dead.count(),
                settings,
                threshold.value(),
                total,
                norms,
                done);
    }

    private Picks pick(Batch batch, int first, int rows) {
        int d = weights.dIn();
        var p = new Picks(rows, picks, d);
        System.arraycopy(batch.x(), first * d, p.left, 0, rows * d);
        float @Nullable [] centre =
                recipe.inputBias() == Recipe.InputBias.DECODER
                        ? weights.decoderBias().value()
                        : null;
        for (int r = 0; r < rows && centre != null; r++) {
            Vectors.addScaled(-1f, centre, 0, p.left, r * d, d);
        }
        boolean[] done = new boolean[rows];
        float[] best = new float[rows];
        int[] column = new int[rows];
        float[] noBias = new float[weights.dSae()];
        for (int t = 0; t < picks && !all(done); t++) {
            var top = new TopKRows(1, noBias);
            top.begin(rows, best, column);
            Gemm.multiplyByRows(workers, Rows.of(p.left, rows, d), packed, top);
            workers.forEach(
                    rows,
                    r -> {
                        if (!done[r]) {
                            done[r] = take(p, r, best[r] > 0 ? column[r] : 0);
                        }
                    });
        }
        return p;
    }

    private static boolean all(boolean[] flags) {
        for (boolean flag : flags) {
            if (!flag) {
                return false;
            }
        }
        return true;
    }

    /// Takes a feature off a row's residual.
    ///
    /// @return true if the row is done
    private boolean take(Picks p, int r, int j) {
        int d = weights.dIn();
        float[] w = weights.decoder().value();
        float value = Math.max(0, Vectors.dot(p.left, r * d, w, j * d, d));
        boolean known = value == 0;
        int base = r * picks;
        for (int i = base; i < base + p.count[r]; i++) {
            known |= p.feature[i] == j;
        }
        if (value > 0) {
            int at = base + p.count[r]++;
            p.feature[at] = j;
            p.value[at] = value;
            System.arraycopy(p.left, r * d, p.residual, at * d, d);
            Vectors.addScaled(-value, w, j * d, p.left, r * d, d);
        }
        if (pursuit.stopOnDuplicateSupport() && known) {
            return true;
        }
        double limit = pursuit.residualThreshold();
        return limit > 0 && Math.sqrt(Vectors.squaredNorm(p.left, r * d, d)) < limit;
    }

    /// Marks features as fired.
    ///
    /// @return distinct features over the rows
    private long fire(Picks p) {
        long active = 0;
        for (int r = 0; r < p.rows; r++) {
            int from = r * picks;
            int[] distinct = Arrays.stream(p.feature, from, from + p.count[r]).distinct().toArray();
            active += distinct.length;
            for (int j : distinct) {
                dead.fired()[j] = true;
                dead.activeRows()[j]++;
            }
        }
        return active;
    }

    private void backward(Batch batch, int first, Picks p, float[] back) {
        int d = weights.dIn();
        float[] w = weights.decoder().value();
        workers.forEach(
                p.rows,
                i -> {
                    int r = first + i;
                    int at = r * d;
                    float[] e = main.errors(0);
                    main.offset(r, e, at);
                    for (int t = i * picks; t < i * picks + p.count[i]; t++) {
                        Vectors.addScaled(p.value[t], w, p.feature[t] * d, e, at, d);
                    }
                    main.finish(batch, r, 0);
                    float[] difference = new float[d];
                    for (int t = i * picks + p.count[i] - 1; t >= i * picks; t--) {
                        int row = p.feature[t] * d;
                        Vectors.scaledDifference(e, at, back, at, 1f, difference, 0, d);
                        float byValue = Vectors.dot(difference, 0, w, row, d);
                        Vectors.scale(byValue, p.residual, t * d, d);
                        Vectors.addScaled(p.value[t], difference, 0, p.residual, t * d, d);
                        Vectors.addScaled(byValue, w, row, back, at, d);
                    }
                });
    }

    /// Adds each pick's gradient to its feature's, in the order of rows.
    private void addUp(Picks p) {
        int d = weights.dIn();
        List<int[]> byFeature = new ArrayList<>();
        int[] n = new int[weights.dSae()];
        for (int r = 0; r < p.rows; r++) {
            for (int t = r * picks; t < r * picks + p.count[r]; t++) {
                n[p.feature[t]]++;
            }
        }
        for (int count : n) {
            byFeature.add(new int[count]);
        }
        Arrays.fill(n, 0);
        for (int r = 0; r < p.rows; r++) {
            for (int t = r * picks; t < r * picks + p.count[r]; t++) {
                int j = p.feature[t];
                byFeature.get(j)[n[j]++] = t;
            }
        }
        workers.forEach(
                n.length,
                j -> {
                    for (int t : byFeature.get(j)) {
                        Vectors.addScaled(1f, p.residual, t * d, gradient, j * d, d);
                    }
                });
    }

    private double change(
            StepSettings settings, int rows, float[] back, Map<String, Double> norms) {
        int d = weights.dIn();
        int f = weights.dSae();
        double[] bias = Sums.columns(workers, main.errors(0), rows, d);
        if (recipe.inputBias() == Recipe.InputBias.DECODER) {
            double[] centring = Sums.columns(workers, back, rows, d);
            for (int c = 0; c < d; c++) {
                bias[c] -= centring[c];
            }
        }
        float[] biasGradient = Sums.floats(bias);
        double raw = 0;
        double projected = 0;
        float[] decoder = weights.decoder().value();
        for (int j = 0; j < f; j++) {
            raw += Vectors.squaredNorm(gradient, j * d, d);
            DecoderRows.project(recipe.decoderNorm(), gradient, j * d, decoder, j * d, d);
            projected += Vectors.squaredNorm(gradient, j * d, d);
        }
        double biasSquares = 0;
        for (float v : biasGradient) {
            biasSquares += (double) v * v;
        }
        norms.put("W_dec", Math.sqrt(raw));
        norms.put("b_dec", Math.sqrt(biasSquares));
        double total = Math.sqrt(projected + biasSquares);
        if (!Double.isFinite(total)) {
            return total;
        }
        Double clip = recipe.clip();
        float factor = clip == null ? 1 : GradientClip.factor(clip, total);
        optimizer.begin(settings.learningRate());
        Vectors.scale(factor, biasGradient, 0, d);
        optimizer.update(weights.decoderBias(), 0, biasGradient, 0, d);
        workers.forEach(
                f,
                j -> {
                    Vectors.scale(factor, gradient, j * d, d);
                    optimizer.update(weights.decoder(), j * d, gradient, j * d, d);
                    DecoderRows.renormalise(recipe.decoderNorm(), decoder, j * d, d);
                });
        return total;
    }
}
