package dev.sae4j.train.sweep;

import dev.sae4j.io.AtomicFolder;
import dev.sae4j.io.Json;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.SafeFiles;
import dev.sae4j.io.UsageException;
import dev.sae4j.train.recipe.RecipeFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// The folder of a sweep: `sweep.json` says what it was begun with, `state/` holds the group in
/// training, and every finished cell has a folder of its name.
///
/// @param path of the folder
record SweepFolder(Path path) {
    static final String JSON = "sweep.json";
    private static final String GROUP = "group.json";
    private static final int VERSION = 1;

    /// Begins or goes on with a sweep.
    ///
    /// @param data what tells the activations and the held-out rows from others
    /// @throws UsageException if there is a sweep and it is not to go on, or it is another one
    void begin(Sweep sweep, Map<String, ?> data, String format, boolean resume) {
        Path file = path.resolve(JSON);
        if (Files.exists(file)) {
            if (!resume) {
                throw new UsageException(
                        "[%s] holds a sweep already: go on with it by --resume, or choose another folder"
                                .formatted(path.getFileName()));
            }
            requireSame(Json.readObject(file), sweep, data, format);
        } else {
            requireEmpty();
            write(file, sweep, data, format);
        }
        AtomicFolder.sweep(state()); // of a process that was killed while it removed it
        sweep.cells().forEach(cell -> AtomicFolder.sweep(cell(cell)));
    }

    private void requireEmpty() {
        if (Files.exists(path) && !Files.isDirectory(path)) {
            throw Sae4jException.in(path, "is a file: name a folder to make");
        }
        if (!Files.isDirectory(path)) {
            return;
        }
        try (var entries = Files.list(path)) {
            boolean isOther =
                    entries.anyMatch(entry -> !entry.endsWith(JSON + ".part")); // killed early
            if (isOther) {
                throw Sae4jException.in(
                        path,
                        "exists and is not a sweep (it has no %s): nothing will be written into it, choose another folder"
                                .formatted(JSON));
            }
        } catch (IOException e) {
            throw SafeFiles.cannotRead(path, e);
        }
    }

    private static void write(Path file, Sweep sweep, Map<String, ?> data, String format) {
        List<Object> cells = new ArrayList<>();
        for (SweepCell cell : sweep.cells()) {
            Map<String, Object> each = new LinkedHashMap<>();
            each.put("name", cell.name());
            each.put("recipe", RecipeFiles.toMap(cell.recipe()));
            cells.add(each);
        }
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("format_version", VERSION);
        all.put("source", sweep.source());
        all.put("data", data);
        all.put("format", format);
        all.put("cells", cells);
        SafeFiles.writeString(file, Json.PRETTY.writeValueAsString(all) + "\n");
    }

    private void requireSame(JsonNode was, Sweep sweep, Map<String, ?> data, String format) {
        if (was.path("format_version").asInt(0) != VERSION) {
            throw Sae4jException.in(
                    path.resolve(JSON),
                    "has format_version %s: this program reads version %d"
                            .formatted(was.path("format_version"), VERSION));
        }
        Map<String, Object> now = new LinkedHashMap<>(data);
        now.put("format", format);
        now.forEach((key, value) -> {
            JsonNode before = key.equals("format") ? was.path(key) : was.path("data").path(key);
            if (!before.asString("").equals(String.valueOf(value))) {
                throw other("%s was %s and is %s".formatted(key, before.asString("absent"), value));
            }
        });
        JsonNode cells = was.path("cells");
        if (cells.size() != sweep.cells().size()) {
            throw other(
                    "it was begun with %d cells, and %s has %d"
                            .formatted(cells.size(), sweep.source(), sweep.cells().size()));
        }
        for (int i = 0; i < cells.size(); i++) {
            requireSame(cells.get(i), sweep.cells().get(i));
        }
    }

    private void requireSame(JsonNode was, SweepCell cell) {
        String name = was.path("name").asString("");
        var before = RecipeFiles.of(JSON, was.path("recipe"));
        List<String> differences = RecipeFiles.differences(before, cell.recipe());
        if (!name.equals(cell.name()) || !differences.isEmpty()) {
            String first = differences.isEmpty() ? "its name" : differences.getFirst();
            throw other("cell '%s' was begun with %s".formatted(name, first));
        }
    }

    private UsageException other(String difference) {
        return new UsageException(
                "[%s] cannot be resumed: %s. Go on with what the sweep was begun with, or choose another folder"
                        .formatted(path.getFileName(), difference));
    }

    /// Folder of a cell, there if the cell is finished.
    Path cell(SweepCell cell) {
        return path.resolve(cell.name());
    }

    /// Folder of the copies that a cell leaves on the way.
    Path snapshots(SweepCell cell) {
        return path.resolve("snapshots").resolve(cell.name());
    }

    /// Folder of the group in training.
    Path state() {
        return path.resolve("state");
    }

    /// The cells that were in training when the sweep was stopped; none if it was between groups.
    List<String> interrupted() {
        Path file = state().resolve(GROUP);
        if (!Files.exists(file)) {
            return List.of();
        }
        List<String> names = new ArrayList<>();
        Json.readObject(file).path("cells").forEach(name -> names.add(name.asString("")));
        return names;
    }

    /// Notes that a group is in training from now on.
    void beginGroup(List<SweepCell> cells) {
        endGroup();
        List<String> names = cells.stream().map(SweepCell::name).toList();
        SafeFiles.writeString(
                state().resolve(GROUP),
                Json.PRETTY.writeValueAsString(Map.of("cells", names)) + "\n");
    }

    /// Removes the state of the group in training.
    void endGroup() {
        if (Files.exists(state())) {
            AtomicFolder.remove(state());
        }
    }

    /// What came of a cell, if it is finished.
    ///
    /// @throws UsageException if its folder holds another recipe
    Optional<CellResult> finished(SweepCell cell) {
        Path folder = cell(cell);
        if (!Files.exists(folder)) {
            return Optional.empty();
        }
        var before = RecipeFiles.read(folder.resolve(CellFolder.RECIPE));
        List<String> differences = RecipeFiles.differences(before, cell.recipe());
        if (!differences.isEmpty()) {
            throw other(
                    "cell '%s' was trained with %s".formatted(cell.name(), differences.getFirst()));
        }
        return Optional.of(CellFolder.result(folder));
    }

    /// A file of the sweep as a whole.
    Path file(String name) {
        return path.resolve(name);
    }
}
