package dev.sae4j.train.metric;

import dev.sae4j.kernel.Rows;
import dev.sae4j.kernel.Workers;
import dev.sae4j.lm.ForwardPass;
import dev.sae4j.lm.Hook;
import dev.sae4j.lm.LanguageModel;
import dev.sae4j.lm.TokenBatch;
import dev.sae4j.sae.Sae;
import dev.sae4j.sae.SparseCodes;

/// What the language model loses when it runs on the SAE's reconstruction: mean next-token cross
/// entropy in nats, over the predictions made at positions whose activation was replaced.
///
/// Positions left out of training (such as BOS) keep their own activation, and predictions made
/// there do not count.
///
/// @param predictions number of predictions averaged
/// @param clean model untouched
/// @param withSae activations replaced by their reconstructions
/// @param zeroAblated activations replaced by zeros
public record ModelLoss(long predictions, double clean, double withSae, double zeroAblated) {

    /// `(zeroAblated - withSae) / (zeroAblated - clean)`: 1 is perfect, 0 as bad as zeros.
    public double score() {
        return (zeroAblated - withSae) / (zeroAblated - clean);
    }

    /// Adds up losses over batches.
    public static final class Meter {
        private final Workers workers;
        private final LanguageModel model;
        private final Sae sae;
        private final Hook hook;
        private final double[] sums = new double[3];
        private long predictions;

        public Meter(Workers workers, LanguageModel model, Sae sae, Hook hook) {
            this.workers = workers;
            this.model = model;
            this.sae = sae;
            this.hook = hook;
        }

        /// Measures one batch.
        ///
        /// @param replaced per token of the batch, whether its activation is replaced
        public void add(TokenBatch batch, boolean[] replaced) {
            float[] clean = model.forward(workers, batch).losses();
            float[] withSae =
                    model.forward(workers, batch)
                            .edit(hook, (x, rows, width) -> reconstruct(x, rows, width, replaced))
                            .losses();
            ForwardPass.Editor zeros =
                    (x, rows, width) -> {
                        for (int r = 0; r < rows; r++) {
                            if (replaced[r]) {
                                java.util.Arrays.fill(x, r * width, (r + 1) * width, 0f);
                            }
                        }
                    };
            float[] zero = model.forward(workers, batch).edit(hook, zeros).losses();
            for (int i = 0; i < clean.length; i++) {
                if (replaced[i] && !Float.isNaN(clean[i])) {
                    sums[0] += clean[i];
                    sums[1] += withSae[i];
                    sums[2] += zero[i];
                    predictions++;
                }
            }
        }

        private void reconstruct(float[] x, int rows, int width, boolean[] replaced) {
            SparseCodes codes = sae.encode(workers, Rows.of(x, rows, width));
            float[] out = new float[rows * width];
            sae.decode(workers, codes, out);
            for (int r = 0; r < rows; r++) {
                if (replaced[r]) {
                    System.arraycopy(out, r * width, x, r * width, width);
                }
            }
        }

        /// The means over all batches so far.
        public ModelLoss result() {
            return new ModelLoss(
                    predictions,
                    sums[0] / predictions,
                    sums[1] / predictions,
                    sums[2] / predictions);
        }
    }
}
