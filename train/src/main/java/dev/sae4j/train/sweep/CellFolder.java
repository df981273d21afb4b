package dev.sae4j.train.sweep;

import dev.sae4j.io.AtomicFolder;
import dev.sae4j.io.Json;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.SafeFiles;
import dev.sae4j.train.recipe.RecipeFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;

/// The folder of a finished cell: the SAE, `recipe.yaml`, `training.jsonl` and `metrics.json`.
final class CellFolder {
    static final String RECIPE = "recipe.yaml";
    private static final String LOG = "training.jsonl";
    private static final String METRICS = "metrics.json";

    private CellFolder() {}

    /// Writes a cell; its folder appears when all is in it.
    ///
    /// @param sae puts the SAE into a folder
    /// @param log of the cell's training; none if there is no such file
    static void write(
            Path folder, SweepCell cell, CellResult result, Path log, Consumer<Path> sae) {
        try (var out = AtomicFolder.create(folder)) {
            sae.accept(out.path());
            SafeFiles.writeString(out.path().resolve(RECIPE), RecipeFiles.toYaml(cell.recipe()));
            SafeFiles.writeString(
                    out.path().resolve(METRICS),
                    Json.PRETTY.writeValueAsString(json(result)) + "\n");
            if (Files.exists(log)) {
                Files.copy(log, out.path().resolve(LOG));
            }
            out.commit();
        } catch (IOException e) {
            throw SafeFiles.cannotWrite(folder, e);
        }
    }

    /// A result as `metrics.json` and `results.json` hold it.
    static Map<String, Object> json(CellResult result) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("cell", result.name());
        all.put("status", result.status());
        String failure = result.failure();
        if (failure != null) {
            all.put("failure", failure);
        }
        all.put("selection", result.selection());
        if (!result.losses().isEmpty()) {
            all.put("format_losses", result.losses());
        }
        all.put("metrics", result.numbers());
        return all;
    }

    /// Reads what [#json(CellResult)] made.
    static CellResult result(Path folder) {
        Path file = folder.resolve(METRICS);
        JsonNode json = Json.readObject(file);
        Map<String, Number> numbers = new LinkedHashMap<>();
        json.path("metrics")
                .properties()
                .forEach(e -> {
                    if (!e.getValue().isNumber()) {
                        throw Sae4jException.in(
                                file, "has no number where 'metrics.%s' is".formatted(e.getKey()));
                    }
                    numbers.put(e.getKey(), e.getValue().numberValue());
                });
        List<String> losses = new ArrayList<>();
        json.path("format_losses").forEach(loss -> losses.add(loss.asString("")));
        JsonNode failure = json.path("failure");
        return new CellResult(
                json.path("cell").asString(""),
                failure.isString() ? failure.asString() : null,
                numbers,
                json.path("selection").asString(""),
                losses);
    }
}
