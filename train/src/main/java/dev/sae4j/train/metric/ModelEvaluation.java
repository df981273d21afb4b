package dev.sae4j.train.metric;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.UsageException;
import dev.sae4j.kernel.Vectors;
import dev.sae4j.kernel.Workers;
import dev.sae4j.lm.ForwardPass;
import dev.sae4j.lm.HookPoint;
import dev.sae4j.lm.LanguageModel;
import dev.sae4j.lm.TokenBatch;
import dev.sae4j.lm.data.TextSource;
import dev.sae4j.lm.harvest.HarvestOptions;
import dev.sae4j.lm.harvest.TextContexts;
import dev.sae4j.sae.Sae;
import java.util.Arrays;
import java.util.function.LongConsumer;

/// Evaluates an SAE inside its language model, on text: the model runs once untouched, and its end
/// twice more, on reconstructions and on zeros.
///
/// A norm rule in the options takes the median over the first batch; rows above it keep their own
/// activation and do not count.
public final class ModelEvaluation {
    private final Workers workers;
    private final LanguageModel model;
    private final HarvestOptions options;
    private final ReconstructionMeter meter;
    private final double[] losses = new double[3]; // clean, with SAE, zero-ablated
    private long predictions;
    private double normLimit = Double.NaN; // until the first batch

    private ModelEvaluation(Workers workers, LanguageModel model, Sae sae, HarvestOptions options) {
        this.workers = workers;
        this.model = model;
        this.options = options;
        this.meter = new ReconstructionMeter(workers, sae);
    }

    /// Runs on `text` until `options.tokens` rows have been measured, or to its end.
    ///
    /// @throws UsageException if the SAE does not fit the model at the hook
    /// @throws Sae4jException if the text has nothing to measure
    public static Evaluation run(
            Workers workers,
            LanguageModel model,
            Sae sae,
            TextSource text,
            HarvestOptions options,
            LongConsumer progress) {
        model.checkHook(options.hook());
        if (sae.config().dIn() != model.width(options.hook())) {
            throw new UsageException(
                    "the SAE takes activations of width %d, but %s has width %d: it was trained on another model"
                            .formatted(
                                    sae.config().dIn(), model.name(), model.width(options.hook())));
        }
        var evaluation = new ModelEvaluation(workers, model, sae, options);
        TextContexts.forEach(
                model,
                workers,
                text,
                options,
                (batch, kept) -> {
                    evaluation.add(batch, kept);
                    progress.accept(evaluation.meter.rows());
                    return evaluation.meter.rows() < options.tokens();
                });
        return evaluation.result(text);
    }

    private Evaluation result(TextSource text) {
        if (meter.rows() == 0 || predictions == 0) {
            throw new Sae4jException(
                    "%s has no tokens to evaluate on: give more text".formatted(text.name()));
        }
        var loss =
                new ModelLoss(
                        predictions,
                        losses[0] / predictions,
                        losses[1] / predictions,
                        losses[2] / predictions);
        return new Evaluation(meter.result(), loss);
    }

    private void add(TokenBatch batch, boolean[] kept) {
        int width = model.width(options.hook());
        float[] stream = new float[batch.tokenCount() * width];
        float[] clean =
                model.forward(workers, batch)
                        .read(
                                options.hook(),
                                (values, rows, w) ->
                                        System.arraycopy(values, 0, stream, 0, rows * w))
                        .losses();
        requireFinite(stream, kept);
        leaveOutLongRows(stream, kept);
        float[] withSae = stream.clone();
        reconstruct(withSae, kept);
        float[] zeros = stream;
        for (int r = 0; r < kept.length; r++) {
            if (kept[r]) {
                Arrays.fill(zeros, r * width, (r + 1) * width, 0f);
            }
        }
        float[] lossWithSae = lossOf(batch, withSae);
        float[] lossOfZeros = lossOf(batch, zeros);
        for (int i = 0; i < kept.length; i++) {
            if (kept[i] && !Float.isNaN(clean[i])) {
                losses[0] += clean[i];
                losses[1] += lossWithSae[i];
                losses[2] += lossOfZeros[i];
                predictions++;
            }
        }
    }

    private void requireFinite(float[] stream, boolean[] kept) {
        int width = model.width(options.hook());
        for (int r = 0; r < kept.length; r++) {
            if (kept[r] && !Vectors.allFinite(stream, r * width, width)) {
                throw new Sae4jException(
                        "the activations of %s at %s hold NaN or infinity: the model overflows there, or its weights are damaged"
                                .formatted(model.name(), options.hook()));
            }
        }
    }

    /// Measures the kept rows and replaces them by their reconstructions.
    private void reconstruct(float[] stream, boolean[] kept) {
        int width = model.width(options.hook());
        float[] rows = new float[stream.length];
        int n = 0;
        for (int r = 0; r < kept.length; r++) {
            if (kept[r]) {
                System.arraycopy(stream, r * width, rows, n++ * width, width);
            }
        }
        float[] reconstruction = meter.add(rows, n);
        n = 0;
        for (int r = 0; r < kept.length; r++) {
            if (kept[r]) {
                System.arraycopy(reconstruction, n++ * width, stream, r * width, width);
            }
        }
    }

    private float[] lossOf(TokenBatch batch, float[] stream) {
        ForwardPass pass = model.forward(workers, batch);
        if (options.hook().point() == HookPoint.RESID_POST) {
            pass.from(options.hook(), stream); // the layers before it would give the same again
        } else {
            pass.edit(
                    options.hook(),
                    (values, rows, width) -> System.arraycopy(stream, 0, values, 0, rows * width));
        }
        return pass.losses();
    }

    private void leaveOutLongRows(float[] stream, boolean[] kept) {
        if (options.exclude().norm() == 0) {
            return;
        }
        int width = model.width(options.hook());
        double[] norms = new double[kept.length];
        int n = 0;
        for (int r = 0; r < kept.length; r++) {
            if (kept[r]) {
                norms[n++] = Math.sqrt(Vectors.squaredNorm(stream, r * width, width));
            }
        }
        if (Double.isNaN(normLimit) && n > 0) {
            double[] sorted = Arrays.copyOf(norms, n);
            Arrays.sort(sorted);
            normLimit = options.exclude().norm() * sorted[n / 2];
        }
        n = 0;
        for (int r = 0; r < kept.length; r++) {
            if (kept[r] && norms[n++] > normLimit) {
                kept[r] = false;
            }
        }
    }
}
