package dev.sae4j.inspect;

import dev.sae4j.io.Json;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.Safetensors;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/// An activation store: a folder of safetensors shards and `store.json`.
///
/// @param path what was looked at
/// @param dtype element type of the activations
/// @param width floats per row (d_in)
/// @param rows rows in all shards
/// @param shards number of shards
/// @param bytes size of the shards
/// @param origin model, hook, data set
/// @param counts how much text went in
/// @param meanNorm mean norm of the rows
/// @param rmsNorm root of the mean squared norm of the rows
/// @param problems what seems wrong
public record StoreInspection(
        String path,
        String dtype,
        int width,
        long rows,
        int shards,
        long bytes,
        Map<String, Object> origin,
        Map<String, Object> counts,
        double meanNorm,
        double rmsNorm,
        List<String> problems)
        implements Inspection {
    static final String FILE = "store.json";

    static StoreInspection of(Path folder) {
        Path file = folder.resolve(FILE);
        JsonNode json = Json.readObject(file);
        JsonNode shards = json.path("shards");
        int width = json.path("width").asInt(0);
        long rows = json.path("rows").asLong(0);
        if (!shards.isArray() || width < 1 || rows < 0) {
            throw Sae4jException.in(
                    file, "is no description of an activation store: it needs width, rows, shards");
        }
        List<String> problems = new ArrayList<>();
        long bytes = 0;
        for (JsonNode shard : shards) {
            bytes += shard(folder, shard, width, problems);
        }
        return new StoreInspection(
                folder.toString(),
                json.path("dtype").asString("?"),
                width,
                rows,
                shards.size(),
                bytes,
                values(json.path("origin")),
                values(json.path("counts")),
                json.path("norms").path("mean_norm").asDouble(0),
                json.path("norms").path("rms_norm").asDouble(0),
                problems);
    }

    private static long shard(Path folder, JsonNode json, int width, List<String> problems) {
        String name = json.path("file").asString("");
        if (name.isEmpty() || name.contains("/") || name.contains("\\")) {
            problems.add("a shard has no plain file name: " + json);
            return 0;
        }
        Path file = folder.resolve(name);
        if (!Files.isRegularFile(file)) {
            problems.add(name + " is missing");
            return 0;
        }
        try (Safetensors shard = Safetensors.open(file)) {
            long rows = json.path("rows").asLong(-1);
            shard.require("activations", FILE + " says so", rows, width);
            return shard.tensors().values().stream().mapToLong(t -> t.data().byteSize()).sum();
        } catch (Sae4jException e) {
            problems.add(String.valueOf(e.getMessage()));
            return 0;
        }
    }

    private static Map<String, Object> values(JsonNode json) {
        Map<String, Object> values = new LinkedHashMap<>();
        for (var entry : json.properties()) {
            JsonNode value = entry.getValue();
            values.put(
                    entry.getKey(), value.isIntegralNumber() ? value.asLong() : value.asString(""));
        }
        return values;
    }
}
