package dev.sae4j.train.schedule;

import dev.sae4j.io.UsageException;
import dev.sae4j.train.recipe.LearningRate;
import dev.sae4j.train.recipe.LearningRate.Shape;
import dev.sae4j.train.recipe.LearningRate.WarmupFrom;
import dev.sae4j.train.recipe.Span;

/// The learning rate of each step: a recipe's schedule laid out over a run.
public final class RateSchedule {
    /// `d_sae` at which a rate that is scaled by width is the recipe's own.
    private static final double REFERENCE_WIDTH = 16384;

    private final Shape shape;
    private final double peak;
    private final double end;
    private final long total;
    private final long warmup;
    private final int first;
    private final long decay;
    private final long period;
    private final long restart;

    private RateSchedule(
            LearningRate recipe, double peak, long steps, int batch, long epoch, long total) {
        this.shape = recipe.shape();
        this.peak = peak;
        this.end = peak * recipe.end();
        this.total = total;
        this.warmup = recipe.warmup().steps(steps, batch);
        this.first = recipe.warmupFrom() == WarmupFrom.FIRST_STEP ? 1 : 0;
        long rest = Math.max(0, total - warmup);
        this.decay = Math.min(rest, recipe.decay().steps(total, batch));
        long main = rest - decay;
        this.period =
                Math.max(
                        1,
                        switch (shape) {
                            case CONSTANT, COSINE -> main;
                            case COSINE_RESTARTS -> main / recipe.cycles();
                            case COSINE_EPOCHS -> epoch;
                        });
        this.restart = recipe.restart() == null ? 0 : recipe.restart().steps(steps, batch);
        if (recipe.restart() != null && restart < 1) {
            throw new UsageException(
                    "the learning rate restarts every %s, which is no step of %d: expected at least 1 step"
                            .formatted(recipe.restart(), steps));
        }
    }

    /// Lays a schedule out.
    ///
    /// @param features `d_sae`
    /// @param steps of the run
    /// @param batch rows per step
    /// @param stepsPerEpoch steps of a pass over the rows
    /// @param layoutSteps where the decay reaches 0 and what shares of the main part are shares of:
    ///     `steps`, but with sparsify's accumulation the number of batches, which the rate then never
    ///     reaches
    public static RateSchedule of(
            LearningRate recipe,
            int features,
            long steps,
            int batch,
            long stepsPerEpoch,
            long layoutSteps) {
        double scale = recipe.scaledByWidth() ? Math.sqrt(REFERENCE_WIDTH / features) : 1;
        return new RateSchedule(
                recipe, recipe.peak() * scale, steps, batch, stepsPerEpoch, layoutSteps);
    }

    /// From the peak to 0 in equal steps, without warm-up (matrices under Muon).
    ///
    /// @param layoutSteps as for [#of]
    public static RateSchedule linear(double peak, long layoutSteps) {
        LearningRate line =
                new LearningRate(
                        peak,
                        false,
                        Span.NONE,
                        WarmupFrom.ZERO,
                        Shape.CONSTANT,
                        0,
                        1,
                        Span.ofPerCent(100),
                        null);
        return of(line, 1, layoutSteps, 1, layoutSteps, layoutSteps);
    }

    /// The rate at step `step`, from 0.
    public double at(long step) {
        long sinceStart = restart > 0 ? step % restart : step;
        if (sinceStart < warmup) {
            return peak * ((double) (sinceStart + first) / warmup);
        }
        if (decay > 0 && step >= total - decay) {
            double base = shape == Shape.CONSTANT ? peak : end;
            return base * ((double) Math.max(0, total - step) / decay);
        }
        return switch (shape) {
            case CONSTANT -> peak;
            case COSINE -> cosine((double) (step - warmup) / period);
            case COSINE_RESTARTS -> cosine((double) ((step - warmup) % period) / period);
            case COSINE_EPOCHS -> {
                long epoch = step / period;
                yield cosine((double) epoch / Math.max(1, Math.ceilDiv(total, period)));
            }
        };
    }

    /// @param position 0 at the peak, 1 at the end
    private double cosine(double position) {
        return end + (peak - end) * (1 + Math.cos(Math.PI * position)) / 2;
    }
}
