package dev.sae4j.cli;

import dev.sae4j.io.UsageException;
import dev.sae4j.lm.data.TextOptions;
import dev.sae4j.lm.data.TextSource;
import dev.sae4j.lm.hub.HubSelection;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// A text that `--data` names, on this disk by now.
///
/// @param name what a store or a report calls it
/// @param files on this disk, in order; empty for what only [TextSource#open] can find
record DataPlace(String name, List<Path> files) {
    /// Finds a text on this disk, or fetches a data set from the hub.
    static DataPlace find(Console console, String name) {
        Optional<OnHub> hub = OnHub.of(name).map(OnHub::asDataset);
        if (hub.isEmpty()) {
            return new DataPlace(name, List.of());
        }
        return new DataPlace(
                hub.get().id().toString().replaceFirst("^datasets/", ""),
                hub.get().fetch(console, HubSelection.data()).files());
    }

    /// Several as one.
    static DataPlace all(List<DataPlace> places) {
        List<Path> files =
                places.stream()
                        .flatMap(p ->
                                p.files.isEmpty()
                                        ? List.of(Path.of(p.name)).stream()
                                        : p.files.stream())
                        .toList();
        return new DataPlace(
                places.stream().map(DataPlace::shortName).collect(Collectors.joining(" ")), files);
    }

    private String shortName() {
        return files.isEmpty() ? String.valueOf(Path.of(name).getFileName()) : name;
    }

    TextSource open(TextOptions options) {
        if (!files.isEmpty()) {
            return TextSource.ofFiles(name, files, options);
        }
        try {
            return TextSource.open(name, options);
        } catch (UsageException e) {
            String hint = OnHub.hint(name);
            throw hint.isEmpty() ? e : new UsageException(e.getMessage() + hint);
        }
    }
}
