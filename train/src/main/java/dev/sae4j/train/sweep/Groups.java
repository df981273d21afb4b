package dev.sae4j.train.sweep;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.UsageException;
import dev.sae4j.train.MemoryPlan;
import dev.sae4j.train.RunLength;
import dev.sae4j.train.recipe.Recipe;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Finds cells that can be trained together: they take the same rows in the same batches for as
/// long, and fit the memory side by side.
///
/// @param dIn width of the activations
/// @param rowsPerEpoch rows that are trained on
/// @param memory bytes that all cells of a group may take
record Groups(int dIn, long rowsPerEpoch, long memory) {
    /// What cells must agree on to read one stream.
    private record Stream(
            long rowsPerStep, RunLength length, boolean keepLastBatch, long skipped, long seed) {}

    /// The groups, each in the order of the cells, ordered by their first cells.
    ///
    /// @throws Sae4jException naming the first cell that does not fit on its own
    List<List<SweepCell>> of(List<SweepCell> cells) {
        Map<Stream, List<List<SweepCell>>> byStream = new LinkedHashMap<>();
        List<List<SweepCell>> groups = new ArrayList<>();
        for (SweepCell cell : cells) {
            requireFits(cell);
            List<List<SweepCell>> open =
                    byStream.computeIfAbsent(stream(cell), s -> new ArrayList<>());
            if (open.isEmpty() || !fits(open.getLast(), cell)) {
                List<SweepCell> group = new ArrayList<>();
                open.add(group);
                groups.add(group);
            }
            open.getLast().add(cell);
        }
        return groups;
    }

    /// True if the cells fit together.
    boolean fits(List<SweepCell> group) {
        List<Recipe> recipes = group.stream().map(SweepCell::recipe).toList();
        return MemoryPlan.of(recipes, dIn, dIn).least() <= memory;
    }

    private boolean fits(List<SweepCell> group, SweepCell cell) {
        List<SweepCell> all = new ArrayList<>(group);
        all.add(cell);
        return fits(all);
    }

    private void requireFits(SweepCell cell) {
        try {
            MemoryPlan.of(cell.recipe(), dIn, dIn).check(memory);
        } catch (UsageException e) {
            throw new UsageException("[%s] %s".formatted(cell.name(), e.getMessage()));
        } catch (Sae4jException e) {
            throw new Sae4jException("[%s] %s".formatted(cell.name(), e.getMessage()), e);
        }
    }

    private Stream stream(SweepCell cell) {
        Recipe recipe = cell.recipe();
        try {
            return new Stream(
                    recipe.rowsPerStep(),
                    RunLength.of(recipe, rowsPerEpoch),
                    recipe.keepLastBatch(),
                    recipe.rowsBeforeTraining(),
                    recipe.seed());
        } catch (UsageException e) {
            throw new UsageException("[%s] %s".formatted(cell.name(), e.getMessage()));
        }
    }
}
