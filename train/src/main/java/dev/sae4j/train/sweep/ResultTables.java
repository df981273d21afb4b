package dev.sae4j.train.sweep;

import dev.sae4j.io.Json;
import dev.sae4j.io.SafeFiles;
import dev.sae4j.train.recipe.Architecture;
import dev.sae4j.train.recipe.Recipe;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// `results.csv`, `results_full.csv` and `results.json`: a line a cell, in the order of the sweep
/// file, numbers with all their digits. The first columns are those of the grid search release.
///
/// @param sweep whose cells are the lines
/// @param dIn width of the activations
record ResultTables(Sweep sweep, int dIn) {
    private static final List<String> SHORT =
            List.of("Type", "Exp", "K", "Val MSE", "NMSE", "Dead %");
    private static final List<String> PUBLISHED =
            List.of(
                    "Type",
                    "Exp",
                    "K",
                    "Threshold",
                    "L0",
                    "Val MSE",
                    "NMSE",
                    "Dead %",
                    "Delta Loss",
                    "Frac Rec %");

    /// A setting that is not there.
    private static final String NONE = "null";

    /// Further columns that are numbers of a result.
    private static final List<String> NUMBERS =
            List.of(
                    "explained_variance",
                    "fvu",
                    "cosine",
                    "l2_ratio",
                    "mean_norm",
                    "rows",
                    "d_sae",
                    "dead_features",
                    "dead_features_at_end",
                    "running_threshold",
                    "best_epoch",
                    "steps",
                    "tokens",
                    "ce_loss_clean",
                    "ce_loss_with_sae",
                    "ce_loss_zero_ablated",
                    "seconds",
                    "tokens_per_second");

    /// Writes the three files, each at once.
    ///
    /// @param results of the finished cells, by name
    void write(SweepFolder folder, Map<String, CellResult> results) {
        Map<String, Map<String, String>> varying = sweep.varying();
        List<String> columns = new ArrayList<>(PUBLISHED);
        columns.addAll(List.of("cell", "status", "selection"));
        columns.addAll(NUMBERS);
        columns.addAll(varying.keySet());
        columns.add("failure");
        StringBuilder brief = new StringBuilder(line(SHORT));
        StringBuilder full = new StringBuilder(line(columns));
        List<Object> json = new ArrayList<>();
        for (SweepCell cell : sweep.cells()) {
            CellResult result = results.get(cell.name());
            Map<String, String> row = row(cell, result, varying);
            full.append(line(columns.stream().map(c -> row.getOrDefault(c, "")).toList()));
            if (result != null) {
                boolean failed = result.failure() != null;
                brief.append(
                        line(
                                SHORT.stream()
                                        .map(c ->
                                                failed && SHORT.indexOf(c) > 2
                                                        ? ""
                                                        : row.getOrDefault(c, ""))
                                        .toList()));
            }
            json.add(json(cell, result, varying));
        }
        SafeFiles.writeString(folder.file("results.csv"), brief.toString());
        SafeFiles.writeString(folder.file("results_full.csv"), full.toString());
        SafeFiles.writeString(
                folder.file("results.json"),
                Json.PRETTY.writeValueAsString(Map.of("cells", json)) + "\n");
    }

    private Map<String, String> row(
            SweepCell cell, @Nullable CellResult result, Map<String, Map<String, String>> varying) {
        Recipe recipe = cell.recipe();
        Map<String, String> row = new LinkedHashMap<>();
        row.put("Type", type(recipe.activation()));
        row.put("Exp", expansion(recipe.features(dIn)) + "x");
        Number k = CellNames.k(recipe.activation());
        row.put("K", k == null ? "" : CellNames.plain(k));
        if (recipe.activation() instanceof Architecture.JumpRelu jump && !jump.learned()) {
            row.put("Threshold", CellNames.plain(jump.threshold()));
        }
        row.put("cell", cell.name());
        row.put("status", result == null ? "waiting" : result.status());
        varying.forEach((key, values) -> {
            String value = values.getOrDefault(cell.name(), NONE);
            row.put(key, value.equals(NONE) ? "" : value);
        });
        if (result != null) {
            row.put("selection", result.selection());
            String failure = result.failure();
            row.put("failure", failure == null ? "" : failure);
            numbers(result.numbers(), row);
        }
        return row;
    }

    private static void numbers(Map<String, Number> numbers, Map<String, String> row) {
        NUMBERS.forEach(name -> put(row, name, numbers.get(name)));
        put(row, "L0", numbers.get("l0"));
        put(row, "Val MSE", numbers.get("validation_mse"));
        put(row, "NMSE", numbers.get("nmse"));
        Number dead = numbers.get("dead_fraction");
        put(row, "Dead %", dead == null ? null : 100 * dead.doubleValue());
        Number clean = numbers.get("ce_loss_clean");
        Number with = numbers.get("ce_loss_with_sae");
        if (clean != null && with != null) {
            put(row, "Delta Loss", with.doubleValue() - clean.doubleValue());
        }
        Number score = numbers.get("ce_loss_score");
        put(row, "Frac Rec %", score == null ? null : 100 * score.doubleValue());
    }

    private static void put(Map<String, String> row, String column, @Nullable Number value) {
        row.put(column, value == null ? "" : value.toString());
    }

    private static Map<String, Object> json(
            SweepCell cell, @Nullable CellResult result, Map<String, Map<String, String>> varying) {
        Map<String, Object> all = new LinkedHashMap<>();
        if (result == null) {
            all.put("cell", cell.name());
            all.put("status", "waiting");
        } else {
            all.putAll(CellFolder.json(result));
        }
        Map<String, Object> settings = new LinkedHashMap<>();
        varying.forEach((key, values) -> {
            String value = values.get(cell.name());
            if (value != null && !value.equals(NONE)) {
                settings.put(key, value);
            }
        });
        all.put("settings", settings);
        return all;
    }

    /// The release's names of architectures.
    private static String type(Architecture activation) {
        return switch (activation) {
            case Architecture.Relu _ -> "ReLU";
            case Architecture.Gated _ -> "Gated";
            case Architecture.TopK _ -> "TopK";
            case Architecture.AbsTopK _ -> "AbsTopK";
            case Architecture.BatchTopK _ -> "BatchTopK";
            case Architecture.GroupMax _ -> "GroupMax";
            case Architecture.JumpRelu _ -> "JumpReLU";
            case Architecture.MatchingPursuit _ -> "MatchingPursuit";
        };
    }

    /// Features per dimension, with three decimals if they are no whole number.
    private String expansion(int features) {
        return CellNames.plain(
                new BigDecimal(features).divide(new BigDecimal(dIn), 3, RoundingMode.HALF_EVEN));
    }

    private static String line(List<String> values) {
        return values.stream().map(ResultTables::quoted).collect(Collectors.joining(",", "", "\n"));
    }

    private static String quoted(String value) {
        boolean needs = value.chars().anyMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
        return needs ? '"' + value.replace("\"", "\"\"") + '"' : value;
    }
}
