package dev.sae4j.train;

import dev.sae4j.train.engine.StepResult;

/// What an SAE in training does with rows it does not learn from, in batches as large as those of
/// training: BatchTopK selects within each.
///
/// @param meanSquaredError over all elements, in the units of the scaled input
/// @param l0 mean active features per row
/// @param neverFired features that fire on none of the rows
public record Validation(double meanSquaredError, double l0, int neverFired) {
    /// Measures a run.
    ///
    /// @param rows `[n, stride]`, as stored
    /// @param columns that the run trains on
    static Validation of(TrainingRun run, float[] rows, Columns columns) {
        int n = rows.length / columns.stride();
        int batch = run.recipe().batch();
        boolean[] fired = new boolean[run.weights().dSae()];
        double squared = 0;
        double active = 0;
        for (int first = 0; first < n; first += batch) {
            int count = Math.min(batch, n - first);
            float[] x = columns.copy(rows, first, count);
            StepResult found = run.measure(x, count);
            double[] errors = run.step().squaredErrors();
            for (int r = 0; r < count; r++) {
                squared += errors[r];
            }
            active += found.l0() * count;
            for (int j = 0; j < fired.length; j++) {
                fired[j] |= run.step().dead().fired()[j];
            }
        }
        int never = 0;
        for (boolean f : fired) {
            never += f ? 0 : 1;
        }
        return new Validation(squared / n / run.weights().dOut(), active / n, never);
    }
}
