package dev.sae4j.train.schedule;

import dev.sae4j.train.recipe.Architecture.KDecay;
import dev.sae4j.train.recipe.Architecture.TopK;

/// `k` of each step: constant, or falling as in sparsify, whose `k` lags one batch behind.
public final class KSchedule {
    private final int last;
    private final int start;
    private final long over;
    private final int accumulate;

    private KSchedule(int start, int last, long over, int accumulate) {
        this.start = start;
        this.last = last;
        this.over = over;
        this.accumulate = accumulate;
    }

    /// Lays a decay of `k` out.
    ///
    /// @param features `d_sae`
    /// @param steps of the run
    /// @param batch rows per forward pass
    /// @param accumulate forward passes per step
    public static KSchedule of(
            TopK recipe, int dIn, int features, long steps, int batch, int accumulate) {
        KDecay decay = recipe.decay();
        if (decay == null) {
            return new KSchedule(recipe.k(), recipe.k(), 0, accumulate);
        }
        int start = (int) Math.min(features, Math.max(1, Math.rint(decay.fromWidths() * dIn)));
        long over = decay.over().steps(Math.multiplyExact(steps, accumulate), batch);
        return new KSchedule(start, recipe.k(), over, accumulate);
    }

    /// `k` at step `step`, from 0. It is computed at the end of the step before from the number of
    /// batches that were finished when that step's last one began: with one batch a step, the first
    /// two steps have the same `k`.
    public int at(long step) {
        long batches = step == 0 ? 0 : step * accumulate - 1;
        if (batches >= over) {
            return last;
        }
        double progress = (double) batches / over;
        // rint rounds half to even, as Python does
        return (int) Math.rint(start * (1 - progress) + last * progress);
    }
}
