package dev.sae4j.cli;

import dev.sae4j.kernel.Workers;
import dev.sae4j.train.MemoryPlan;
import dev.sae4j.train.recipe.Architecture;
import dev.sae4j.train.recipe.Recipe;
import dev.sae4j.train.recipe.RecipeFiles;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// `train --dry-run`: the whole recipe as YAML, and below it, as comments, what it takes; so what is
/// printed for one recipe is a recipe file.
final class DryRun {
    private final Console console;
    private final Workers workers;
    private final List<Recipe> recipes;

    DryRun(Console console, Workers workers, List<Recipe> recipes) {
        this.console = console;
        this.workers = workers;
        this.recipes = recipes;
    }

    /// @param extent of the activations; empty if none were named
    void run(Optional<RowsOptions.Extent> extent) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("recipes", recipes.stream().map(RecipeFiles::toMap).toList());
        TrainingCost cost = extent.map(this::cost).orElse(null);
        if (cost != null) {
            json.put("cost", cost);
        }
        console.result(json, () -> yaml() + (cost == null ? unknown() : text(cost)));
    }

    private TrainingCost cost(RowsOptions.Extent extent) {
        RecipeNotes.of(recipes, extent.dIn()).forEach(console::warn);
        MemoryPlan memory = MemoryPlan.of(extent.each(recipes), extent.dIn(), extent.dOut());
        TrialSteps timing = null;
        if (memory.least() <= Runtime.getRuntime().maxMemory()) {
            console.say("Timing a few steps on made-up rows, for some seconds ...");
            timing = TrialSteps.measure(workers, recipes, extent);
        }
        return TrainingCost.of(recipes, extent, memory, timing);
    }

    private String yaml() {
        return recipes.stream().map(RecipeFiles::toYaml).collect(Collectors.joining("---\n"));
    }

    private static String unknown() {
        return "\n# Give --activations, --hook or --width to see memory, disk and time, too.\n";
    }

    private String text(TrainingCost cost) {
        var text = new StringBuilder("\n");
        Long steps = cost.steps();
        line(
                text,
                "run",
                steps == null
                        ? "all rows once: how many these are is not known"
                        : "%,d steps, %s tokens of width %d%s"
                                .formatted(
                                        steps,
                                        Numbers.count(cost.tokens() == null ? 0 : cost.tokens()),
                                        cost.dIn(),
                                        cost.hooks() == 1
                                                ? ""
                                                : " at each of %d hooks".formatted(cost.hooks())));
        line(text, "memory", bytes(cost.memoryBytes()));
        line(text, "", heap(cost));
        line(text, "disk", bytes(cost.diskBytes()));
        line(text, "operations", operations(cost.flops()));
        line(text, "time", time(cost.time()));
        return text.toString();
    }

    private static void line(StringBuilder text, String name, String value) {
        text.append(String.format(Locale.ROOT, "# %-10s  %s", name, value).stripTrailing())
                .append('\n');
    }

    private static String bytes(Map<String, Long> parts) {
        String sum =
                parts.entrySet().stream()
                        .filter(e -> !e.getKey().equals("total") && e.getValue() > 0)
                        .map(e -> e.getKey() + " " + Numbers.bytes(e.getValue()))
                        .collect(Collectors.joining(", "));
        return "%s: %s".formatted(Numbers.bytes(parts.getOrDefault("total", 0L)), sum);
    }

    /// How what is needed compares with what there is.
    static String heap(TrainingCost cost) {
        long total = cost.memoryBytes().getOrDefault("total", 0L);
        String heap = Numbers.bytes(cost.heapBytes());
        long enough = Math.ceilDiv(total * 5 / 4, 1L << 30);
        if (!cost.fits()) {
            return "DOES NOT FIT: the heap may only grow to %s; allow more with SAE4J_OPTS=-Xmx%dg"
                    .formatted(heap, enough);
        }
        if (total > cost.heapBytes()) {
            return "the heap may only grow to %s: gradients are found twice instead of kept, which is slower; SAE4J_OPTS=-Xmx%dg makes room"
                    .formatted(heap, enough);
        }
        return "the heap may grow to " + heap;
    }

    private static String operations(Map<String, Double> flops) {
        double dense = flops.getOrDefault("dense_per_step", 0.0);
        Double sparse = flops.get("per_step");
        Double all = flops.get("all");
        var text = new StringBuilder();
        text.append("%.3g a step if all were dense (10·B·D·F)".formatted(dense));
        if (sparse != null) {
            text.append(", %.3g once it is sparse (2·B·D·F + 8·B·L0·D)".formatted(sparse));
        }
        if (all != null) {
            text.append(", %.3g in all".formatted(all));
        }
        return text.toString();
    }

    private String time(TrainingCost.@Nullable Time time) {
        if (time == null) {
            return "not measured, for it does not fit";
        }
        Double seconds = time.seconds();
        var text = new StringBuilder();
        if (seconds != null) {
            text.append("about ").append(Numbers.time(seconds)).append(", ");
        }
        text.append(
                "%s tokens/s, by %d steps of %d made-up rows"
                        .formatted(
                                Numbers.count(time.tokensPerSecond()),
                                time.timedSteps(),
                                time.timedBatch()));
        if (time.timedBatch() < recipes.getFirst().batch()) {
            text.append("; full batches are faster per row");
        }
        if (recipes.stream().anyMatch(DryRun::beginsDense)) {
            text.append("; faster once the features are sparse");
        }
        return text.append("; without what reading or making activations takes").toString();
    }

    private static boolean beginsDense(Recipe recipe) {
        return switch (recipe.activation()) {
            case Architecture.Relu _, Architecture.Gated _, Architecture.JumpRelu _ -> true;
            default -> false;
        };
    }
}
