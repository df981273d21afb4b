package dev.sae4j.cli;

import dev.sae4j.store.TrainingRows;
import dev.sae4j.train.Trainer;
import dev.sae4j.train.recipe.Recipe;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// What an SAE is trained on, open.
///
/// @param rows to train on
/// @param validation `[n, width]`, rows that are held out
/// @param identity what the rows are; a run is only resumed on the same
/// @param provenance what an SAE says of them: one for each hook, whose equally wide activations
///     stand side by side in a row
/// @param open what is to be closed, in the order in which it was opened
record TrainingInput(
        TrainingRows rows,
        float[] validation,
        Map<String, Object> identity,
        List<Map<String, Object>> provenance,
        List<Runnable> open)
        implements AutoCloseable {
    /// Width of an SAE's input.
    int inputs() {
        return rows.inputs() / provenance.size();
    }

    /// What is to be trained: every recipe at every hook, the recipes of the first hook first.
    List<Trainer.Job> jobs(List<Recipe> recipes) {
        int width = rows.width() / provenance.size();
        List<Trainer.Job> jobs = new ArrayList<>();
        for (int hook = 0; hook < provenance.size(); hook++) {
            for (Recipe recipe : recipes) {
                jobs.add(new Trainer.Job(recipe, hook * width, width));
            }
        }
        return jobs;
    }

    /// What the SAE of a job says.
    ///
    /// @param recipes at each hook
    Map<String, Object> provenance(int job, int recipes) {
        return provenance.get(job / recipes);
    }

    @Override
    public void close() {
        open.reversed().forEach(Runnable::run);
    }
}
