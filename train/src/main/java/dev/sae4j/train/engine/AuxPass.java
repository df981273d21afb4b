package dev.sae4j.train.engine;

import dev.sae4j.kernel.Gemm;
import dev.sae4j.kernel.PackedMatrix;
import dev.sae4j.kernel.Rows;
import dev.sae4j.kernel.Vectors;
import dev.sae4j.kernel.Workers;
import dev.sae4j.sae.TopKRows;
import dev.sae4j.train.recipe.AuxK;
import org.jspecify.annotations.Nullable;

/// The auxiliary loss of a step, as [AuxK] says. Only dead features take part in its products, so it
/// costs little while few are dead.
final class AuxPass {
    private static final int BLOCK = 64;

    /// Up to so many dead features for each that a row takes, dense products are faster.
    private static final int DENSE = 8;

    private final AuxK recipe;
    private final int most;
    private final Parameters weights;
    private final boolean byNorm;
    private final boolean absolute;
    private final boolean neverDense;
    private final DenseAux dense;
    private final Entries entries;
    private float[] errors = new float[0]; // [rows, dOut]
    private float[] score = new float[0];
    private int[] column = new int[0];
    private double[] squared = new double[0];

    /// @param byNorm true to rank by the pre-activation times the decoder row's norm
    /// @param absolute true to rank by magnitude
    /// @param density which way to take; [Density#MEASURED] for the faster one
    AuxPass(AuxK recipe, Parameters weights, boolean byNorm, boolean absolute, Density density) {
        this.neverDense = density == Density.ALWAYS_SPARSE;
        this.dense = new DenseAux(weights, recipe.trainsEncoder());
        this.recipe = recipe;
        this.weights = weights;
        this.byNorm = byNorm;
        this.absolute = absolute;
        Integer k = recipe.k();
        this.most = k == null ? Math.max(1, weights.dIn() / 2) : k;
        this.entries = new Entries(weights.dSae());
    }

    /// Finds a level's loss and the channel that its gradients are taken from.
    ///
    /// @param input `[rows, dIn]`, centred
    /// @param dead ascending, those of the level
    /// @param level whose residual is reconstructed
    /// @param norms `[F]` of decoder rows, valid if ranked by them
    /// @param scores the main product's part for dead features
    Channel.Found run(
            Workers workers,
            Batch batch,
            float[] input,
            int[] dead,
            Reconstruction main,
            int level,
            float[] norms,
            DeadScores scores) {
        if (dead.length == 0 || recipe.coefficient() == 0) {
            return Channel.Found.NOTHING;
        }
        int rows = batch.rows();
        int d = weights.dOut();
        if (squared.length < rows) {
            errors = new float[Math.multiplyExact(rows, d)];
            squared = new double[rows];
        }
        boolean isDense = isDense(dead.length);
        if (isDense) {
            boolean relu = recipe.source() == AuxK.Source.ACTIVATION;
            var choice = new DenseAux.Choice(most, byNorm ? norms : null, absolute, relu);
            dense.select(workers, dead, scores, input, rows, choice);
        } else {
            select(workers, Rows.of(input, rows, weights.dIn()), dead, norms);
        }
        residual(workers, main, level, rows);
        double[] over = over(workers, batch, main);
        for (double v : over) {
            if (!(v > 0)) { // nothing is left over to reconstruct
                return Channel.Found.NOTHING;
            }
        }
        double fade = recipe.fadesIn() ? Math.min((double) dead.length / most, 1) : 1;
        return isDense
                ? reconstructDense(workers, input, rows, over, fade)
                : reconstruct(workers, rows, over, fade);
    }

    /// True if so many dead features are best taken by dense products.
    boolean isDense(int features) {
        return !neverDense && (long) most * DENSE >= features;
    }

    /// All dead features of all rows in dense products.
    private Channel.Found reconstructDense(
            Workers workers, float[] input, int rows, double[] over, double fade) {
        dense.decode(workers, errors);
        workers.forEach(
                Math.ceilDiv(rows, BLOCK),
                b -> {
                    for (int r = b * BLOCK; r < Math.min(rows, (b + 1) * BLOCK); r++) {
                        scale(r, rows, over, fade);
                    }
                });
        dense.sum(workers, errors, input);
        return new Channel.Found(total(rows) * fade, dense);
    }

    /// Turns a row's error into the gradient by its reconstruction.
    private void scale(int r, int rows, double[] over, double fade) {
        int d = weights.dOut();
        double divisor = over[Math.min(r / (rows / over.length), over.length - 1)];
        squared[r] = Vectors.squaredNorm(errors, r * d, d) / divisor;
        double factor = recipe.coefficient() * fade * 2;
        Vectors.scale((float) (factor / divisor), errors, r * d, d);
    }

    private double total(int rows) {
        double total = 0;
        for (int r = 0; r < rows; r++) {
            total += squared[r];
        }
        return total;
    }

    private void select(Workers workers, Rows x, int[] dead, float[] norms) {
        int d = weights.dIn();
        float[] bias = pick(weights.encoderBias().value(), dead);
        float[] scale = byNorm ? pick(norms, dead) : null;
        float[] encoder = weights.encoder().value();
        PackedMatrix packed =
                PackedMatrix.of(
                        workers,
                        dead.length,
                        d,
                        (row, target, at) ->
                                System.arraycopy(encoder, dead[row] * d, target, at, d));
        int rows = x.count();
        int k = Math.min(most, dead.length);
        int slots = Math.multiplyExact(rows, k);
        if (score.length < slots) {
            score = new float[slots];
            column = new int[slots];
        }
        var top = new TopKRows(k, bias, scale, absolute);
        top.begin(rows, score, column);
        Gemm.multiplyByRows(workers, x, packed, top);
        entries.reserve(rows, slots, false);
        workers.forEach(
                Math.ceilDiv(rows, BLOCK),
                b -> {
                    for (int r = b * BLOCK; r < Math.min(rows, (b + 1) * BLOCK); r++) {
                        take(r, k, dead, scale);
                    }
                });
        entries.compact();
        entries.index();
        System.arraycopy(entries.pre, 0, entries.value, 0, entries.size);
    }

    /// Writes a row's slots; how many are used goes where [Entries#compact] looks for it.
    private void take(int r, int k, int[] dead, float @Nullable [] scale) {
        boolean relu = recipe.source() == AuxK.Source.ACTIVATION;
        int n = r * k;
        for (int i = r * k; i < (r + 1) * k; i++) {
            float s = score[i];
            if (s == Float.NEGATIVE_INFINITY || (relu && !(s > 0))) {
                continue;
            }
            entries.feature[n] = dead[column[i]];
            entries.pre[n++] = scale == null ? s : TopKSelector.unscaled(s, scale[column[i]]);
        }
        entries.row[r] = n - r * k;
    }

    private static float[] pick(float[] from, int[] which) {
        float[] picked = new float[which.length];
        for (int i = 0; i < which.length; i++) {
            picked[i] = from[which[i]];
        }
        return picked;
    }

    /// Writes `e = x^ - x`, minus the residual, into `errors`.
    private void residual(Workers workers, Reconstruction main, int level, int rows) {
        int d = weights.dOut();
        float[] scaled = main.errors(level);
        float[] scales = main.scales(level);
        workers.forEach(
                Math.ceilDiv(rows, BLOCK),
                b -> {
                    for (int r = b * BLOCK; r < Math.min(rows, (b + 1) * BLOCK); r++) {
                        System.arraycopy(scaled, r * d, errors, r * d, d);
                        Vectors.scale(scales[r] > 0 ? 1 / scales[r] : 0, errors, r * d, d);
                    }
                });
    }

    /// What the sum of squared errors is divided by, for each group of the batch.
    private double[] over(Workers workers, Batch batch, Reconstruction main) {
        return switch (recipe.over()) {
            case ROWS -> new double[] {batch.rows()};
            case RESIDUAL_VARIANCE ->
                    new double[] {
                        Targets.scatter(workers, errors, 0, batch.rows(), weights.dOut())
                    };
            case TARGET_VARIANCE -> {
                double[] variance = main.variance().clone();
                for (int g = 0; g < variance.length; g++) {
                    variance[g] *= variance.length * main.split();
                }
                yield variance;
            }
        };
    }

    private Channel.Found reconstruct(Workers workers, int rows, double[] over, double fade) {
        int d = weights.dOut();
        workers.forEach(
                Math.ceilDiv(rows, BLOCK),
                b -> {
                    for (int r = b * BLOCK; r < Math.min(rows, (b + 1) * BLOCK); r++) {
                        int at = r * d;
                        int from = entries.rowStart[r];
                        int to = entries.rowStart[r + 1];
                        float[] w = weights.decoder().value();
                        Vectors.weightedRowSum(
                                w, d, entries.feature, entries.pre, from, to, errors, at);
                        scale(r, rows, over, fade);
                        Vectors.dotRows(
                                errors, at, w, entries.feature, from, to, d, entries.gradient);
                    }
                });
        var trains =
                recipe.trainsEncoder()
                        ? SparseChannel.Trains.DIRECTLY
                        : SparseChannel.Trains.NOTHING;
        var channel = new SparseChannel(weights.shape(), entries, errors, trains, false);
        return new Channel.Found(total(rows) * fade, channel);
    }
}
