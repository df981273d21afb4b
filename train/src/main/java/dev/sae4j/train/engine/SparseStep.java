package dev.sae4j.train.engine;

import dev.sae4j.kernel.Gemm;
import dev.sae4j.kernel.PackedMatrix;
import dev.sae4j.kernel.Rows;
import dev.sae4j.kernel.Workers;
import dev.sae4j.sae.TopKRows;
import dev.sae4j.train.Recipe;

/// Trains a TopK SAE, one step a call. It owns the weights, the optimiser's moments and the buffers
/// of a batch; the memory it takes is `4·(6·D·F + B·(2·D + 4·k))` bytes plus small change.
///
/// The loss is `1/B · sum over rows of |x^ - x|²` (plus the auxiliary loss), with
/// `z = W_enc·(x - b_dec) + b_enc`, `f = relu(top k of z)`, `x^ = W_dec·f + b_dec`. With `e = 2·(x^
/// - x)/B` the gradients are, summed over the rows in which feature `j` is active:
///
///     dL/df_j     = e · W_dec[j]                    (and the same by z_j)
///     dL/dW_dec[j] = sum f_j · e
///     dL/dW_enc[j] = sum dL/df_j · (x - b_dec)
///     dL/db_enc[j] = sum dL/df_j
///     dL/db_dec    = sum of e over rows - sum over j of dL/db_enc[j] · W_enc[j]
public final class SparseStep {
    private final Workers workers;
    private final Recipe recipe;
    private final Parameters weights;
    private final FeatureUpdate update;
    private final DecoderPass decoderPass;
    private final AuxPass auxPass;
    private final DeadFeatures dead;
    private final PackedMatrix packedEncoder;
    private final ActiveEntries entries;
    private final TopKRows topK;
    private long step;

    /// @param weights changed in place by every step
    public SparseStep(Workers workers, Recipe recipe, Parameters weights) {
        this.workers = workers;
        this.recipe = recipe;
        this.weights = weights;
        int f = weights.dSae();
        int batch = recipe.batch();
        this.entries = new ActiveEntries(batch, recipe.k(), f);
        this.topK = new TopKRows(recipe.k(), weights.encoderBias());
        this.packedEncoder = PackedMatrix.allocate(f, weights.dIn());
        this.dead = new DeadFeatures(f, recipe.aux().deadAfter());
        this.decoderPass = new DecoderPass(weights, batch);
        this.auxPass = new AuxPass(recipe, weights, batch);
        this.update = new FeatureUpdate(recipe, weights);
    }

    /// The weights in training.
    public Parameters weights() {
        return weights;
    }

    /// Steps done.
    public long steps() {
        return step;
    }

    /// Rows since each feature last fired.
    public DeadFeatures dead() {
        return dead;
    }

    /// Does one step on `x: [batch, D]`. If the loss is not finite the weights stay as they are.
    public StepResult run(float[] x, double learningRate) {
        int batch = recipe.batch();
        Rows rows = Rows.of(x, batch, weights.dIn());
        encode(rows);
        DecoderPass.Sums sums = decoderPass.run(workers, x, entries);
        int deadCount = dead.count();
        double auxLoss = auxPass.run(workers, rows, decoderPass, sums, dead);
        var result =
                new StepResult(
                        sums.loss(),
                        auxLoss,
                        sums.fvu(),
                        (double) entries.size() / batch,
                        deadCount);
        if (!Double.isFinite(sums.loss()) || !Double.isFinite(auxLoss)) {
            return result;
        }
        step++;
        var adam = new AdamStep(recipe.adam(), learningRate, step);
        update.run(workers, adam, x, entries, decoderPass.errors(), auxPass);
        dead.after(batch, entries);
        return result;
    }

    private void encode(Rows rows) {
        int d = weights.dIn();
        packedEncoder.pack(
                workers,
                (row, target, at) -> System.arraycopy(weights.encoder(), row * d, target, at, d));
        topK.begin(rows.count(), entries.value, entries.feature);
        Gemm.multiplyByRows(workers, rows.minus(weights.decoderBias()), packedEncoder, topK);
        int block = 64;
        workers.forEach(
                Math.ceilDiv(rows.count(), block),
                b -> {
                    int end = Math.min(rows.count(), (b + 1) * block);
                    for (int r = b * block; r < end; r++) {
                        topK.sortByColumn(r);
                        entries.relu(r);
                    }
                });
        entries.indexByFeature(rows.count());
    }
}
