package dev.sae4j.cli;

import dev.sae4j.io.Json;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.SafeFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/// What `run.json` says of a folder that `train` makes: it is there from the first step on.
///
/// @param formatVersion version of this layout, now 1
/// @param finished true when all steps are done and every SAE is written
/// @param failure why training stopped early; null if it did not
/// @param steps of the run
/// @param recipes their full text, as maps
/// @param data what the rows are
/// @param files what the SAEs consist of, relative to the folder
record RunFile(
        int formatVersion,
        boolean finished,
        @Nullable String failure,
        long steps,
        List<Map<String, Object>> recipes,
        Map<String, Object> data,
        List<String> files) {
    static final String NAME = "run.json";
    private static final int VERSION = 1;

    private static final JsonMapper MAPPER =
            Json.PRETTY
                    .rebuild()
                    .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                    .build();

    /// One of a run that begins.
    static RunFile running(
            long steps, List<Map<String, Object>> recipes, Map<String, Object> data) {
        return new RunFile(VERSION, false, null, steps, recipes, data, List.of());
    }

    /// The same run at its end.
    RunFile ended(@Nullable String why) {
        return new RunFile(VERSION, why == null, why, steps, recipes, data, files);
    }

    /// The same with other files.
    RunFile withFiles(List<String> saeFiles) {
        return new RunFile(VERSION, finished, failure, steps, recipes, data, saeFiles);
    }

    /// Reads the file of a folder, if it has one.
    static Optional<RunFile> read(Path folder) {
        Path file = folder.resolve(NAME);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        JsonNode json = Json.readObject(file);
        if (json.path("format_version").asInt(0) != VERSION) {
            throw Sae4jException.in(
                    file, "is of no version that is known here: choose another folder");
        }
        try {
            return Optional.of(MAPPER.treeToValue(json, RunFile.class));
        } catch (JacksonException e) {
            throw Sae4jException.in(file, "is no run of sae4j: choose another folder", e);
        }
    }

    void write(Path folder) {
        SafeFiles.writeString(folder.resolve(NAME), MAPPER.writeValueAsString(this) + "\n");
    }
}
