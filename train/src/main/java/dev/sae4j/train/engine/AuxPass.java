package dev.sae4j.train.engine;

import dev.sae4j.kernel.Gemm;
import dev.sae4j.kernel.PackedMatrix;
import dev.sae4j.kernel.Rows;
import dev.sae4j.kernel.Vectors;
import dev.sae4j.kernel.Workers;
import dev.sae4j.sae.TopKRows;
import dev.sae4j.train.Recipe;
import org.jspecify.annotations.Nullable;

/// The auxiliary loss of a step. With the residual `r = x - x^` (no gradient flows into it) and
/// `r^ = sum of f_j·W_dec[j]` over the `k` strongest dead features of a row,
///
///     loss = mean over rows |r^ - r|² / mean over rows |r - mean r|²
///
/// as in dictionary_learning. Only dead features take part in its products, so it costs little
/// while few are dead.
final class AuxPass {
    private static final int BLOCK = 64;

    private final Recipe.AuxLoss recipe;
    private final Parameters weights;
    private final int batch;
    private @Nullable ActiveEntries entries;
    private float[] errors = new float[0]; // [B, D], gradient of the weighted loss by r^
    private boolean active;

    AuxPass(Recipe recipe, Parameters weights, int batch) {
        this.recipe = recipe.aux();
        this.weights = weights;
        this.batch = batch;
    }

    /// The dead features' entries of this step, or null if none was dead.
    @Nullable ActiveEntries entries() {
        return active ? entries : null;
    }

    /// `[B, D]`: gradient of the weighted auxiliary loss by `r^`.
    float[] errors() {
        return errors;
    }

    /// @return the loss before its coefficient; 0 if no feature is dead
    double run(
            Workers workers,
            Rows rows,
            DecoderPass main,
            DecoderPass.Sums sums,
            DeadFeatures counters) {
        int[] dead = recipe.coefficient() == 0 ? new int[0] : counters.list();
        active = dead.length > 0;
        if (!active) {
            return 0;
        }
        ActiveEntries slots = entries;
        if (slots == null) {
            slots = new ActiveEntries(batch, recipe.k(), weights.dSae());
            entries = slots;
            errors = new float[Math.multiplyExact(batch, weights.dIn())];
        }
        select(workers, rows, dead, slots);
        double variance = residualVariance(main.errors(), sums.loss());
        active = variance > 0; // else nothing is left over to reconstruct
        return active ? reconstruct(workers, main.errors(), slots, variance) : 0;
    }

    private void select(Workers workers, Rows rows, int[] dead, ActiveEntries slots) {
        int d = weights.dIn();
        float[] bias = new float[dead.length];
        for (int i = 0; i < dead.length; i++) {
            bias[i] = weights.encoderBias()[dead[i]];
        }
        PackedMatrix packed =
                PackedMatrix.of(
                        workers,
                        dead.length,
                        d,
                        (row, target, at) ->
                                System.arraycopy(weights.encoder(), dead[row] * d, target, at, d));
        var top = new TopKRows(recipe.k(), bias);
        top.begin(batch, slots.value, slots.feature);
        Gemm.multiplyByRows(workers, rows.minus(weights.decoderBias()), packed, top);
        workers.forEach(
                Math.ceilDiv(batch, BLOCK),
                b -> {
                    for (int r = b * BLOCK; r < Math.min(batch, (b + 1) * BLOCK); r++) {
                        top.sortByColumn(r);
                        slots.relu(r);
                        for (int s = r * slots.k; s < (r + 1) * slots.k; s++) {
                            slots.feature[s] = dead[slots.feature[s]];
                        }
                    }
                });
        slots.indexByFeature(batch);
    }

    /// Mean squared distance of the residual from its mean over the batch.
    ///
    /// @param errors `[B, D]`, `-2/B` times the residual
    private double residualVariance(float[] errors, double meanSquare) {
        int d = weights.dIn();
        double[] sum = new double[d];
        for (int r = 0; r < batch; r++) {
            for (int c = 0; c < d; c++) {
                sum[c] += errors[r * d + c];
            }
        }
        double meanNorm = 0;
        for (double s : sum) {
            meanNorm += s / 2 * (s / 2); // mean r = -sum/2: the factor 2/B is undone by the mean
        }
        return meanSquare - meanNorm;
    }

    private double reconstruct(
            Workers workers, float[] mainErrors, ActiveEntries slots, double variance) {
        int d = weights.dIn();
        double[] squared = new double[batch];
        float scale = (float) (recipe.coefficient() * 2 / batch / variance);
        workers.forEach(
                Math.ceilDiv(batch, BLOCK),
                b -> {
                    for (int r = b * BLOCK; r < Math.min(batch, (b + 1) * BLOCK); r++) {
                        int at = r * d;
                        java.util.Arrays.fill(errors, at, at + d, 0f);
                        Decode.addFeatures(weights, slots, r, errors, at);
                        // r^ - r, where r = -B/2 times the main errors
                        Vectors.addScaled(batch / 2f, mainErrors, at, errors, at, d);
                        squared[r] = Vectors.squaredNorm(errors, at, d);
                        Vectors.scale(scale, errors, at, d);
                        Decode.gradients(weights, slots, r, errors, at);
                    }
                });
        double total = 0;
        for (double s : squared) {
            total += s;
        }
        return total / batch / variance;
    }
}
