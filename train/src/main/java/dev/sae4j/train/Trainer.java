package dev.sae4j.train;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.kernel.Vectors;
import dev.sae4j.kernel.Workers;
import dev.sae4j.store.TrainingRows;
import dev.sae4j.train.engine.Parameters;
import dev.sae4j.train.engine.SparseStep;
import dev.sae4j.train.engine.StepResult;
import org.jspecify.annotations.Nullable;

/// Trains an SAE as a recipe says. The same recipe on the same rows gives the same bits on any
/// number of threads of machines with the same vector width.
public final class Trainer {
    /// Steps between two copies of weights that are known to be good.
    private static final int STEPS_BETWEEN_COPIES = 50;

    private final Workers workers;
    private final Recipe recipe;
    private final TrainingRows rows;

    /// @param rows what to train on; read from the calling thread
    public Trainer(Workers workers, Recipe recipe, TrainingRows rows) {
        this.workers = workers;
        this.recipe = recipe;
        this.rows = rows;
        MemoryPlan.of(recipe, rows.width())
                .check(recipe, rows.width(), Runtime.getRuntime().maxMemory());
    }

    /// Runs all steps. If a loss is not finite, or activations can no longer be read, it stops, and
    /// the result carries the last good weights and says why.
    ///
    /// @throws Sae4jException if the activations cannot be trained on from the start
    public TrainingResult run(TrainingListener listener) {
        int d = rows.width();
        Start start = Start.from(recipe, rows);
        Parameters weights = start.weights();
        var step = new SparseStep(workers, recipe, weights);
        Parameters good = weights.copy();
        Parameters candidate = weights.copy();
        float[] x = new float[recipe.batch() * d];
        String failure = null;
        long began = System.nanoTime();
        for (long s = 1; s <= recipe.steps() && failure == null; s++) {
            failure = whyNotRead(s, x);
            if (failure != null) {
                break;
            }
            Vectors.scale((float) start.scale(), x, 0, x.length);
            boolean keep = s % STEPS_BETWEEN_COPIES == 1;
            if (keep) {
                candidate.copyFrom(weights);
            }
            double rate = recipe.schedule().at(s, recipe.steps());
            StepResult result = step.run(x, rate);
            failure = whatFailed(s, x, result);
            if (failure == null) {
                if (keep) {
                    Parameters swap = good;
                    good = candidate;
                    candidate = swap;
                }
                listener.afterStep(s, recipe.steps(), result, rate);
            }
        }
        double seconds = (System.nanoTime() - began) / 1e9;
        if (failure == null && !allFinite(weights)) {
            failure = "the last step made weights that are not finite";
        }
        return new TrainingResult(
                recipe,
                unscaled(failure == null ? weights : good, start.scale()),
                start.scale(),
                step.steps(),
                step.dead().count(),
                seconds,
                failure);
    }

    /// Reads the batch of a step; there is nothing worth keeping yet if the first one fails.
    private @Nullable String whyNotRead(long step, float[] x) {
        try {
            fill(rows, x, recipe.batch());
            return null;
        } catch (Sae4jException e) {
            if (step == 1) {
                throw e;
            }
            return "training stopped at step %d: %s".formatted(step, e.getMessage());
        }
    }

    /// Fills `target` with the next `n` rows.
    static void fill(TrainingRows rows, float[] target, int n) {
        int found = rows.next(target, n);
        if (found < n) {
            throw new Sae4jException(
                    "the activations ended %d rows too early: harvest more, or train on fewer"
                            .formatted(n - found));
        }
    }

    private static @Nullable String whatFailed(long step, float[] x, StepResult result) {
        if (Double.isFinite(result.loss()) && Double.isFinite(result.auxLoss())) {
            return null;
        }
        if (!Vectors.allFinite(x, 0, x.length)) {
            return "step %d met activations that are NaN or infinite: check the model and the data"
                    .formatted(step);
        }
        return "the loss was %s at step %d: the learning rate is too high, or some activations are far larger than the others (harvest with --exclude first,special,norm leaves those out)"
                .formatted(result.loss(), step);
    }

    private static boolean allFinite(Parameters w) {
        return Vectors.allFinite(w.encoder(), 0, w.encoder().length)
                && Vectors.allFinite(w.decoder(), 0, w.decoder().length)
                && Vectors.allFinite(w.encoderBias(), 0, w.dSae())
                && Vectors.allFinite(w.decoderBias(), 0, w.dIn());
    }

    /// Folds the input scale `s` into the weights: `W·(s·x - b) + c = s·(W·(x - b/s) + c/s)`, so
    /// dividing the biases by `s` gives features in the units of the activations themselves; TopK
    /// chooses the same ones. Changes `w`: a copy would not be in the memory plan.
    private static Parameters unscaled(Parameters w, double scale) {
        Vectors.scale((float) (1 / scale), w.encoderBias(), 0, w.dSae());
        Vectors.scale((float) (1 / scale), w.decoderBias(), 0, w.dIn());
        return w;
    }

    /// Refuses rows before any work if they cannot be trained on.
    static void requireFinite(float[] sample, int width) {
        if (!Vectors.allFinite(sample, 0, sample.length)) {
            for (int i = 0; i < sample.length; i++) {
                if (!Float.isFinite(sample[i])) {
                    throw new Sae4jException(
                            "the activations hold %s (row %d of the first sample, dimension %d): check the model and the data, then harvest again"
                                    .formatted(sample[i], i / width, i % width));
                }
            }
        }
    }
}
