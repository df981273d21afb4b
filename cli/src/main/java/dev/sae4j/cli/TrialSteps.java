package dev.sae4j.cli;

import dev.sae4j.kernel.Workers;
import dev.sae4j.train.Trainer;
import dev.sae4j.train.TrainingListener;
import dev.sae4j.train.TrainingRun;
import dev.sae4j.train.engine.StepResult;
import dev.sae4j.train.recipe.Recipe;
import dev.sae4j.train.recipe.RecipeFiles;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What a few real steps on made-up rows took: a trainer runs the recipes from their own start, only
/// shorter and perhaps with smaller batches, to foretell how long a whole run takes. To compare
/// machines or changes of the code, at a chosen sparsity, there is [dev.sae4j.train.StepTiming].
///
/// @param secondsPerRow of all recipes at all hooks together, for one row of the stream
/// @param steps that were timed
/// @param batch rows per forward pass in them
/// @param l0 active features per row in the last of them, for each recipe
record TrialSteps(double secondsPerRow, int steps, int batch, List<Double> l0) {
    private static final int FEWEST_STEPS = 4;
    private static final int MOST_STEPS = 100;
    private static final int BATCHES = 4;
    private static final long STEPS = 1_000;
    private static final double BUDGET_SECONDS = 7;

    /// Operations of the encoder that a machine of today does in about a fifth of a second.
    private static final double STEP_FLOPS = 2e10;

    /// Trains for some seconds.
    static TrialSteps measure(Workers workers, List<Recipe> recipes, RowsOptions.Extent extent) {
        int dIn = extent.dIn();
        int batch = batch(recipes, dIn);
        List<Recipe> small = recipes.stream().map(r -> small(r, batch)).toList();
        Recipe first = small.getFirst();
        long perStep = first.rowsPerStep();
        boolean pairs = extent.pairs() || recipes.stream().anyMatch(Recipe::skip);
        var rows = new TrialRows(dIn, pairs ? extent.dOut() : 0, batch, BATCHES);
        var clock = new Clock(rows, small.size());
        new Trainer(workers, small, rows, Trainer.Options.NONE).run(clock);
        double median = clock.median();
        return new TrialSteps(
                extent.hooks() * median / perStep, clock.seconds.size(), batch, List.of(clock.l0));
    }

    /// The recipes' batch, or less if a step would take long.
    private static int batch(List<Recipe> recipes, int dIn) {
        Recipe first = recipes.getFirst();
        double flops = 0;
        for (Recipe recipe : recipes) {
            flops += 2.0 * dIn * recipe.features(dIn) * recipe.accumulate();
        }
        int affordable = (int) Math.min(first.batch(), Math.max(64, STEP_FLOPS / flops));
        int split = first.split();
        return Math.max(split, affordable / split * split);
    }

    private static Recipe small(Recipe recipe, int batch) {
        Map<String, Object> changes = new LinkedHashMap<>();
        changes.put("batch", batch);
        changes.put("tokens", STEPS * batch * recipe.accumulate());
        changes.put("keep_last_batch", false);
        changes.put("best_on_validation", false);
        changes.put("snapshots", List.of());
        if (recipe.start().sampleRows() != null) {
            changes.put("start.sample_rows", batch);
        }
        if (recipe.input().batches() != null) {
            changes.put("input.batches", 1);
        }
        return RecipeFiles.with(recipe, changes);
    }

    /// Takes the times between the ends of steps.
    private static final class Clock implements TrainingListener {
        private final TrialRows rows;
        private final List<Double> seconds = new ArrayList<>();
        private final Double[] l0;
        private long began;
        private long last;

        Clock(TrialRows rows, int recipes) {
            this.rows = rows;
            l0 = new Double[recipes];
        }

        @Override
        public void afterStep(int index, TrainingRun run, StepResult found) {
            l0[index] = found.l0();
            if (index < l0.length - 1) {
                return;
            }
            long now = System.nanoTime();
            if (run.steps() == 1) {
                began = now;
            } else {
                seconds.add((now - last) / 1e9);
            }
            last = now;
            boolean late = (now - began) / 1e9 > BUDGET_SECONDS;
            if (seconds.size() == MOST_STEPS || (late && seconds.size() >= FEWEST_STEPS)) {
                rows.stopAt(now);
            }
        }

        /// Of the second half, when the code is compiled.
        double median() {
            List<Double> late =
                    seconds.subList(seconds.size() / 2, seconds.size()).stream().sorted().toList();
            return late.get(late.size() / 2);
        }
    }
}
