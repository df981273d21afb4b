package dev.sae4j.train.engine;

import dev.sae4j.kernel.Products;
import dev.sae4j.kernel.Vectors;
import dev.sae4j.kernel.Workers;
import dev.sae4j.train.recipe.Levels;
import dev.sae4j.train.recipe.Loss;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The row-wise half of a step: reconstructs each row from its entries, once for each level, and
/// turns the errors into gradients of the entries' values.
///
/// With `e_l` the error of the prefix that ends at level `l` and `w_l` its weight, the gradient by a
/// reconstruction is `w_l·scale·e_l` (or `w_l/rows·e_l/‖e_l‖` for levels whose error is not squared).
/// A feature takes part in the prefixes that end behind it, so its gradient comes from the sum over
/// `m >= l` of these: one suffix sum over levels per row, and no decode per level.
final class Reconstruction {
    private static final int BLOCK = 32; // rows that one piece of work owns

    private final Parameters weights;
    private final Loss.ErrorSum reduction;
    private final int[] ends; // features before which each level ends
    private final double[] factors; // weight of each level
    private final boolean innerNorm;
    private final int split;
    private final float[][] errors; // per level [rows, dOut]
    private final float[][] scales; // per level [rows], what e was multiplied with
    private float[] secondErrors = new float[0];
    private float[] skipped = new float[0]; // [rows, dOut], x·W_skip
    private float[] rowScale = new float[0]; // [rows]
    private double[][] rowLoss = new double[0][]; // per level [rows], before weights
    private final double[] levelErrors;
    private double[] rowSquared = new double[0]; // [rows], |e|² of the full width
    private double[] rowSecond = new double[0];
    private double[] variance = new double[0];

    /// @param split parts that a batch is split into by accumulation; the loss is divided by them
    Reconstruction(Parameters weights, Loss loss, int split) {
        this.weights = weights;
        this.reduction = loss.error();
        this.split = split;
        Levels levels = loss.levels();
        List<Integer> widths =
                levels == null ? List.of(weights.dSae()) : levels.widths(weights.dSae());
        ends = widths.stream().mapToInt(Integer::intValue).toArray();
        factors = levels == null ? new double[] {1} : levels.factors(ends.length);
        innerNorm = levels != null && levels.inner() == Levels.Inner.NORM;
        errors = new float[ends.length][];
        levelErrors = new double[ends.length];
        scales = new float[ends.length][];
        for (int l = 0; l < ends.length; l++) {
            errors[l] = new float[0];
            scales[l] = new float[0];
        }
    }

    /// What a batch adds up to.
    ///
    /// @param loss the reconstruction's part of the loss, all levels
    /// @param full the same of the full width alone, with weight 1
    /// @param second loss of the second reconstruction
    /// @param squared sum over rows of `|e|²` of the full width
    /// @param fvu that, over the sum of squared distances from the batch mean
    record Sums(double loss, double full, double second, double squared, double fvu) {}

    /// Number of levels; 1 if not a Matryoshka SAE.
    int levels() {
        return ends.length;
    }

    /// First feature behind a level.
    int end(int level) {
        return ends[level];
    }

    /// The level that ends at feature `width`.
    int level(int width) {
        for (int l = 0; l < ends.length; l++) {
            if (ends[l] == width) {
                return l;
            }
        }
        throw new IllegalArgumentException("no level ends at " + width);
    }

    /// Error of each level in the last batch, before its weight.
    double[] levelErrors() {
        return levelErrors;
    }

    /// `[rows, dOut]`, after [#forward] `scale·e` of a level, after [#backward] the gradient by the
    /// values of the features that the level adds.
    float[] errors(int level) {
        return errors[level];
    }

    /// `[rows]`, what errors were multiplied with.
    float[] scales(int level) {
        return scales[level];
    }

    /// `[rows, dOut]`, gradient by the second reconstruction.
    float[] secondErrors() {
        return secondErrors;
    }

    /// Sum of squared distances from the mean, for each group.
    double[] variance() {
        return variance;
    }

    /// Parts that a batch is split into by accumulation.
    int split() {
        return split;
    }

    /// `|e|²` of the full width, for each row.
    double[] squaredErrors() {
        return rowSquared;
    }

    /// `[rows]`: what `e` is multiplied with to be the gradient of the loss by the reconstruction.
    float[] rowScale() {
        return rowScale;
    }

    /// Prepares for a batch, before any error is known.
    void begin(Workers workers, Batch batch, boolean second) {
        int rows = batch.rows();
        int d = weights.dOut();
        if (rowScale.length < rows) {
            int floats = Math.multiplyExact(rows, d);
            for (int l = 0; l < ends.length; l++) {
                errors[l] = new float[floats];
                scales[l] = new float[rows];
            }
            rowScale = new float[rows];
            rowLoss = new double[ends.length][rows];
            rowSquared = new double[rows];
            rowSecond = new double[rows];
            secondErrors = second ? new float[floats] : secondErrors;
            skipped = weights.skip() == null ? skipped : new float[floats];
        }
        variance = Targets.variance(workers, batch, d);
        int groupRows = rows / batch.groups();
        for (int r = 0; r < rows; r++) {
            rowScale[r] =
                    (float)
                            switch (reduction) {
                                case SUM -> 2.0 / rows;
                                case MEAN -> 2.0 / rows / d;
                                case FVU ->
                                        2.0
                                                / variance[
                                                        Math.min(r / groupRows, batch.groups() - 1)]
                                                / (batch.groups() * split);
                            };
        }
        Parameter skip = weights.skip();
        if (skip != null) {
            Products.timesTransposed(
                    workers, batch.x(), 0, rows, skip.value(), 0, d, weights.dIn(), skipped, 0);
        }
    }

    /// Writes what a reconstruction adds to the features' part: `b_dec`, `b_pre`, the skip connection.
    void offset(int r, float[] out, int at) {
        int d = weights.dOut();
        System.arraycopy(weights.decoderBias().value(), 0, out, at, d);
        Parameter pre = weights.preBias();
        if (pre != null) {
            Vectors.addScaled(1f, pre.value(), 0, out, at, d);
        }
        if (weights.skip() != null) {
            Vectors.addScaled(1f, skipped, r * d, out, at, d);
        }
    }

    /// Reconstructs every row and finds the errors.
    ///
    /// @param through true to go on to the gradients of values while the row's decoder rows are in
    ///     cache; false if somebody has to see the errors of inner levels first, and calls [#backward]
    Sums forward(Workers workers, Batch batch, Entries entries, boolean second, boolean through) {
        int rows = batch.rows();
        workers.forEach(
                Math.ceilDiv(rows, BLOCK),
                b -> {
                    for (int r = b * BLOCK; r < Math.min(rows, (b + 1) * BLOCK); r++) {
                        row(batch, entries, r);
                        if (second) {
                            secondRow(batch, entries, r);
                        }
                        if (through) {
                            backwardRow(entries, r, second);
                        }
                    }
                });
        return sums(batch);
    }

    private void row(Batch batch, Entries entries, int r) {
        int d = weights.dOut();
        int at = r * d;
        int i = entries.rowStart[r];
        int to = entries.rowStart[r + 1];
        offset(r, errors[0], at);
        for (int l = 0; l < ends.length; l++) {
            int next = i;
            while (next < to && entries.feature[next] < ends[l]) {
                next++;
            }
            Vectors.weightedRowSum(
                    weights.decoder().value(),
                    d,
                    entries.feature,
                    entries.value,
                    i,
                    next,
                    errors[l],
                    at);
            i = next;
            if (l + 1 < ends.length) {
                System.arraycopy(errors[l], at, errors[l + 1], at, d);
            }
            finish(batch, r, l);
        }
    }

    /// Turns a reconstruction that lies in `errors` into its scaled error.
    void finish(Batch batch, int r, int l) {
        int d = weights.dOut();
        int at = r * d;
        float[] e = errors[l];
        toError(batch, r, e);
        double squared = Vectors.squaredNorm(e, at, d);
        boolean last = l == ends.length - 1;
        double scale;
        if (innerNorm && !last) {
            double norm = Math.sqrt(squared);
            rowLoss[l][r] = norm / batch.rows();
            scale = norm > 0 ? factors[l] / batch.rows() / norm : 0;
        } else {
            scale = factors[l] * rowScale[r];
            rowLoss[l][r] = rowScale[r] / 2.0 * squared;
        }
        if (last) {
            rowSquared[r] = squared;
        }
        float deviation = batch.deviation() == null ? 1 : batch.deviation()[r];
        scales[l][r] = (float) scale;
        Vectors.scale((float) (scale * deviation), e, at, d);
    }

    private void toError(Batch batch, int r, float[] out) {
        int d = weights.dOut();
        int at = r * d;
        float @Nullable [] deviation = batch.deviation();
        float @Nullable [] mean = batch.mean();
        if (deviation != null && mean != null) {
            for (int c = at; c < at + d; c++) {
                out[c] = out[c] * deviation[r] + mean[r];
            }
        }
        Vectors.scaledDifference(out, at, batch.y(), at, 1f, out, at, d);
    }

    private void secondRow(Batch batch, Entries entries, int r) {
        int d = weights.dOut();
        int at = r * d;
        offset(r, secondErrors, at);
        Vectors.weightedRowSum(
                weights.decoder().value(),
                d,
                entries.feature,
                entries.second,
                entries.rowStart[r],
                entries.rowStart[r + 1],
                secondErrors,
                at);
        finishSecond(batch, r);
    }

    /// The second reconstruction is compared with the row itself, without layer norm's way back, as
    /// SAELens does.
    void finishSecond(Batch batch, int r) {
        int d = weights.dOut();
        int at = r * d;
        Vectors.scaledDifference(secondErrors, at, batch.y(), at, 1f, secondErrors, at, d);
        rowSecond[r] = rowScale[r] / 2.0 * Vectors.squaredNorm(secondErrors, at, d);
        Vectors.scale(rowScale[r], secondErrors, at, d);
    }

    /// Adds up what [#finish] found.
    Sums sums(Batch batch) {
        double loss = 0;
        for (int l = 0; l < ends.length; l++) {
            double sum = 0;
            for (int r = 0; r < batch.rows(); r++) {
                sum += rowLoss[l][r];
            }
            levelErrors[l] = sum;
            loss += factors[l] * sum;
        }
        double second = 0;
        double squared = 0;
        for (int r = 0; r < batch.rows(); r++) {
            second += rowSecond[r];
            squared += rowSquared[r];
        }
        double scatter = 0;
        for (double v : variance) {
            scatter += v;
        }
        return new Sums(
                loss,
                levelErrors[ends.length - 1],
                second,
                squared,
                scatter > 0 ? squared / scatter : Double.NaN);
    }

    /// Turns errors into gradients by reconstructions, and those into gradients of values.
    void backward(Workers workers, int rows, Entries entries, boolean second) {
        workers.forEach(
                Math.ceilDiv(rows, BLOCK),
                b -> {
                    for (int r = b * BLOCK; r < Math.min(rows, (b + 1) * BLOCK); r++) {
                        backwardRow(entries, r, second);
                    }
                });
    }

    private void backwardRow(Entries entries, int r, boolean second) {
        int at = r * weights.dOut();
        suffixSums(r);
        int i = entries.rowStart[r];
        int to = entries.rowStart[r + 1];
        for (int l = 0; l < ends.length; l++) {
            int next = i;
            while (next < to && entries.feature[next] < ends[l]) {
                next++;
            }
            dots(errors[l], at, entries, i, next, entries.gradient);
            i = next;
        }
        if (second) {
            dots(secondErrors, at, entries, entries.rowStart[r], to, entries.secondGradient);
        }
    }

    private void dots(float[] e, int at, Entries entries, int from, int to, float[] out) {
        Vectors.dotRows(
                e, at, weights.decoder().value(), entries.feature, from, to, weights.dOut(), out);
    }

    /// `errors[l] += errors[l + 1]`, from the last level to the first.
    void suffixSums(int r) {
        int d = weights.dOut();
        for (int l = ends.length - 2; l >= 0; l--) {
            Vectors.addScaled(1f, errors[l + 1], r * d, errors[l], r * d, d);
        }
    }
}
