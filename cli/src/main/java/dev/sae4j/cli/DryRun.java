package dev.sae4j.cli;

import dev.sae4j.kernel.Workers;
import dev.sae4j.train.recipe.Recipe;
import java.util.List;
import java.util.Optional;

final class DryRun {
    DryRun(Console console, Workers workers, List<Recipe> recipes) {}
    void run(Optional<RowsOptions.Extent> extent) {}
}
