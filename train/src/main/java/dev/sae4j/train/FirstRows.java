package dev.sae4j.train;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.kernel.Vectors;
import dev.sae4j.kernel.Workers;
import dev.sae4j.store.TrainingRows;
import dev.sae4j.train.engine.Batch;
import dev.sae4j.train.recipe.InputScale;
import dev.sae4j.train.recipe.Recipe;
import java.util.ArrayList;
import java.util.List;

/// The start of a stream, where all runs on it find what they need before their first step:
/// constants of the input scale, and a sample for weights. It is read once for all of them.
final class FirstRows {
    private final Workers workers;
    private final TrainingRows rows;
    private final List<Recipe> recipes;
    private final List<Columns> columns;

    /// `[sampled, rows.width]`
    private float[] sample = {};

    private int sampled;

    /// @param columns one for each recipe
    FirstRows(Workers workers, TrainingRows rows, List<Recipe> recipes, List<Columns> columns) {
        this.workers = workers;
        this.rows = rows;
        this.recipes = recipes;
        this.columns = columns;
    }

    /// What is done to the input of each run.
    List<InputScaling> scalings() {
        List<InputScaling.Estimate> estimates = new ArrayList<>();
        for (int i = 0; i < recipes.size(); i++) {
            InputScale.Type type = recipes.get(i).input().type();
            estimates.add(new InputScaling.Estimate(type, columns.get(i).dIn()));
        }
        long most = recipes.stream().mapToLong(this::wanted).max().orElse(0);
        if (most > 0) {
            rows.seek(0);
        }
        int batch = recipes.getFirst().batch();
        float[] x = new float[most == 0 ? 0 : Math.multiplyExact(batch, rows.width())];
        for (long at = 0; at < most; ) {
            int n = rows.next(x, (int) Math.min(batch, most - at));
            for (int i = 0; i < estimates.size(); i++) {
                long left = wanted(recipes.get(i)) - at;
                if (left > 0) {
                    requireMore(n, at, recipes.get(i));
                    int own = (int) Math.min(n, left);
                    float[] part = columns.get(i).copy(x, 0, own);
                    requireFinite(part, own, columns.get(i).width());
                    estimates.get(i).add(part, own);
                }
            }
            at += n;
        }
        return estimates.stream().map(InputScaling.Estimate::finish).toList();
    }

    private void requireMore(int found, long at, Recipe recipe) {
        if (found == 0) {
            throw new Sae4jException(
                    "the activations ended after %d rows, before the %d that recipe '%s' estimates its input scale from"
                            .formatted(at, wanted(recipe), recipe.name()));
        }
    }

    /// Rows that the input scale is estimated from.
    private long wanted(Recipe recipe) {
        InputScale.Type type = recipe.input().type();
        if (type == InputScale.Type.NONE || type == InputScale.Type.LAYER_NORM) {
            return 0;
        }
        Integer batches = recipe.input().batches();
        return batches == null ? sampleRows(recipe) : (long) batches * recipe.batch();
    }

    private long sampleRows(Recipe recipe) {
        Integer wanted = recipe.start().sampleRows();
        return Math.max(2, Math.min(wanted == null ? recipe.batch() : wanted, rows.rowsPerEpoch()));
    }

    /// Reads what [#sample] gives.
    void readSample() {
        long most = recipes.stream().mapToLong(this::sampleRows).max().orElse(0);
        sample = new float[Math.multiplyExact(Math.toIntExact(most), rows.width())];
        rows.seek(recipes.getFirst().rowsBeforeTraining());
        sampled = rows.next(sample, (int) most);
    }

    /// The first rows of a run, for starts that rest on them.
    Batch sample(int index, InputScaling scaling) {
        Columns own = columns.get(index);
        int n = (int) Math.min(sampled, sampleRows(recipes.get(index)));
        float[] x = own.copy(sample, 0, n);
        requireFinite(x, n, own.width());
        return own.pairs()
                ? Columns.pairs(x, n, own.dIn(), own.dOut())
                : scaling.batch(workers, x, n, own.dIn());
    }

    /// Refuses rows before any work if they cannot be trained on.
    private static void requireFinite(float[] sample, int n, int width) {
        if (Vectors.allFinite(sample, 0, n * width)) {
            return;
        }
        for (int i = 0; i < n * width; i++) {
            if (!Float.isFinite(sample[i])) {
                throw new Sae4jException(
                        "the activations hold %s (row %d of the first sample, dimension %d): check the model and the data, then harvest again"
                                .formatted(sample[i], i / width, i % width));
            }
        }
    }
}
