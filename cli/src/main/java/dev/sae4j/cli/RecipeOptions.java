package dev.sae4j.cli;

import dev.sae4j.io.UsageException;
import dev.sae4j.train.recipe.Recipe;
import dev.sae4j.train.recipe.RecipeFiles;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// What to train: recipes, and what is to be different in them.
@Command
final class RecipeOptions {
    private static final String USUAL = "topk";

    @Option(
            names = "--recipe",
            paramLabel = "NAME",
            description =
                    "Preset or YAML file; several train several SAEs on the same rows (default: topk).")
    private List<String> names = new ArrayList<>();

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description =
                    "Another value for a key of the recipe, such as loss.aux.k=64; repeatable.")
    private List<String> settings = new ArrayList<>();

    @Option(
            names = "--features",
            paramLabel = "N",
            description = "Features of the SAE, d_sae (--set features=N).")
    private @Nullable Size features;

    @Option(
            names = "--k",
            paramLabel = "N",
            description = "Features active per token (--set activation.k=N).")
    private @Nullable Integer k;

    @Option(
            names = "--rows",
            paramLabel = "N",
            description =
                    "Rows to train on, in several epochs if need be (--set tokens=N; default: the recipe's, else all, once).")
    private @Nullable Size rows;

    @Option(
            names = "--learning-rate",
            paramLabel = "X",
            description =
                    "Peak learning rate, whatever the number of features (--set learning_rate.peak=X).")
    private @Nullable Double learningRate;

    @Option(
            names = "--batch",
            paramLabel = "N",
            description = "Rows per forward pass (--set batch=N).")
    private @Nullable Integer batch;

    @Option(
            names = "--snapshots",
            paramLabel = "LIST",
            split = ",",
            description =
                    "When to write copies of the SAE: after so many tokens, such as 50M,100M,1B, or per cent of the run (--set snapshots=[...]).")
    private List<String> snapshots = new ArrayList<>();

    /// The recipes with everything that was asked for; their names differ.
    ///
    /// @param seed of `--seed`, if it was given
    List<Recipe> recipes(OptionalLong seed) {
        Map<String, Object> shortcuts = shortcuts(seed);
        List<Recipe> recipes = new ArrayList<>();
        for (String name : names.isEmpty() ? List.of(USUAL) : names) {
            Recipe recipe = RecipeFiles.with(RecipeFiles.open(name), shortcuts);
            recipes.add(RecipeFiles.with(recipe, settings));
        }
        Set<String> seen = new HashSet<>();
        for (Recipe recipe : recipes) {
            if (!seen.add(recipe.name())) {
                throw new UsageException(
                        "two recipes are called '%s': give one of them another 'name' in a file"
                                .formatted(recipe.name()));
            }
        }
        return recipes;
    }

    private Map<String, Object> shortcuts(OptionalLong seed) {
        Map<String, Object> all = new LinkedHashMap<>();
        if (features != null) {
            all.put("features", features.toInt("--features"));
        }
        if (k != null) {
            all.put("activation.k", k);
        }
        if (rows != null) {
            all.put("tokens", rows.value());
        }
        if (learningRate != null) {
            all.put("learning_rate.peak", learningRate);
            all.put("learning_rate.scaled_by_width", false);
        }
        if (batch != null) {
            all.put("batch", batch);
        }
        if (!snapshots.isEmpty()) {
            all.put("snapshots", snapshots.stream().map(RecipeOptions::span).toList());
        }
        seed.ifPresent(s -> all.put("seed", s));
        return all;
    }

    /// A bare number counts tokens here, for that is how snapshots are named.
    private static String span(String text) {
        return text.strip().matches("[0-9._]+[kKmMbB]?") ? text.strip() + " tokens" : text.strip();
    }
}
