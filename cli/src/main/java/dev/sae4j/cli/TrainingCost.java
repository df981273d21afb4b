package dev.sae4j.cli;

import dev.sae4j.train.MemoryPlan;
import dev.sae4j.train.RunLength;
import dev.sae4j.train.recipe.Architecture;
import dev.sae4j.train.recipe.Recipe;
import dev.sae4j.train.recipe.Sparsity;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a run is going to take.
///
/// @param dIn width of the input
/// @param dOut width of what is reconstructed
/// @param hooks at each of which every recipe is trained
/// @param steps of the run; null if the number of rows is not known
/// @param tokens rows trained on; null likewise
/// @param memoryBytes what is in memory, by kind
/// @param heapBytes what the heap may grow to
/// @param fits false if the heap is too small
/// @param diskBytes what is on disk, by kind
/// @param flops operations: `dense_per_step` is 10·B·D·F, `per_step` what is really done once the SAE
///     is sparse, 2·B·D·F + 8·B·L0·D, and the same of the whole run
/// @param time what is expected; null if nothing was timed
record TrainingCost(
        int dIn,
        int dOut,
        int hooks,
        @Nullable Long steps,
        @Nullable Long tokens,
        Map<String, Long> memoryBytes,
        long heapBytes,
        boolean fits,
        Map<String, Long> diskBytes,
        Map<String, Double> flops,
        @Nullable Time time) {
    /// States on disk while a third is being saved.
    private static final int STATES = 3;

    private static final int LOG_LINES = 500;
    private static final int LINE_BYTES = 400;

    /// @param seconds of the whole run; null if its length is not known
    /// @param tokensPerSecond rows of the stream
    /// @param timedSteps steps that this rests on
    /// @param timedBatch rows per forward pass in them
    record Time(@Nullable Double seconds, double tokensPerSecond, int timedSteps, int timedBatch) {}

    static TrainingCost of(
            List<Recipe> recipes,
            RowsOptions.Extent extent,
            MemoryPlan memory,
            @Nullable TrialSteps timing) {
        Long steps = steps(recipes.getFirst(), extent.rows());
        long perStep = recipes.getFirst().rowsPerStep();
        Long tokens = steps == null ? null : steps * perStep;
        long heap = Runtime.getRuntime().maxMemory();
        return new TrainingCost(
                extent.dIn(),
                extent.dOut(),
                extent.hooks(),
                steps,
                tokens,
                memory(memory),
                heap,
                memory.least() <= heap,
                disk(extent.each(recipes), extent, memory),
                flops(extent.each(recipes), extent, steps, timing),
                timing == null ? null : time(timing, tokens));
    }

    private static Time time(TrialSteps timing, @Nullable Long tokens) {
        return new Time(
                tokens == null ? null : tokens * timing.secondsPerRow(),
                1 / timing.secondsPerRow(),
                timing.steps(),
                timing.batch());
    }

    private static @Nullable Long steps(Recipe recipe, long rows) {
        return recipe.tokens() == null && rows == Long.MAX_VALUE
                ? null
                : (Long) RunLength.of(recipe, rows).steps();
    }

    private static Map<String, Long> memory(MemoryPlan plan) {
        Map<String, Long> all = new java.util.LinkedHashMap<>();
        all.put("weights", plan.weights());
        all.put("optimizer", plan.optimizer());
        all.put("copies", plan.copies());
        all.put("gradients", plan.gradients());
        all.put("batch", plan.batch());
        all.put("dense", plan.dense());
        all.put("total", plan.total());
        return all;
    }

    private static Map<String, Long> disk(
            List<Recipe> recipes, RowsOptions.Extent extent, MemoryPlan memory) {
        long snapshots = 0;
        long best = 0;
        long silent = 0;
        for (Recipe recipe : recipes) {
            long weights = MemoryPlan.of(recipe, extent.dIn(), extent.dOut()).weights();
            snapshots += weights * recipe.snapshots().size();
            best += recipe.bestOnValidation() ? weights : 0;
            silent += (long) Long.BYTES * recipe.features(extent.dIn());
        }
        Map<String, Long> all = new java.util.LinkedHashMap<>();
        all.put("sae", memory.weights());
        all.put("snapshots", snapshots);
        all.put("state", STATES * (memory.weights() + memory.optimizer() + best + silent));
        all.put("log", (long) LOG_LINES * LINE_BYTES * recipes.size());
        all.put("total", all.values().stream().mapToLong(Long::longValue).sum());
        return all;
    }

    private static Map<String, Double> flops(
            List<Recipe> recipes,
            RowsOptions.Extent extent,
            @Nullable Long steps,
            @Nullable TrialSteps timing) {
        double dense = 0;
        double sparse = 0;
        boolean known = true;
        for (int i = 0; i < recipes.size(); i++) {
            Recipe recipe = recipes.get(i);
            double rows = recipe.rowsPerStep();
            double features = recipe.features(extent.dIn());
            double both = extent.dIn() + (double) extent.dOut();
            double l0 =
                    l0(
                            recipe,
                            timing == null ? Double.NaN : timing.l0().get(i % timing.l0().size()));
            dense += 5 * rows * both * features;
            sparse += 2 * rows * extent.dIn() * features + 4 * rows * l0 * both;
            known &= !Double.isNaN(l0);
        }
        Map<String, Double> all = new java.util.LinkedHashMap<>();
        all.put("dense_per_step", dense);
        if (known) {
            all.put("per_step", sparse);
        }
        if (steps != null) {
            all.put("dense", dense * steps);
            if (known) {
                all.put("all", sparse * steps);
            }
        }
        return all;
    }

    /// Active features per row: what the recipe asks for, else what was found.
    private static double l0(Recipe recipe, double found) {
        return switch (recipe.activation()) {
            case Architecture.TopK a -> a.k();
            case Architecture.AbsTopK a -> a.k();
            case Architecture.BatchTopK a -> a.k();
            case Architecture.GroupMax a -> a.k();
            case Architecture.Relu _,
                    Architecture.Gated _,
                    Architecture.JumpRelu _,
                    Architecture.MatchingPursuit _ ->
                    switch (recipe.loss().sparsity()) {
                        case Sparsity.TargetL0 s -> s.target();
                        case Sparsity.Lp s when s.adaptive() != null -> s.adaptive().targetL0();
                        case null, default -> found;
                    };
        };
    }
}
