package dev.sae4j.cli;

import dev.sae4j.io.AtomicFolder;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.SafeFiles;
import dev.sae4j.io.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Looks at where results are to go before any work is spent on them.
final class Outputs {
    private Outputs() {}

    /// A kind of folder that a verb makes.
    enum Kind {
        STORE("an activation store", "store.json"),
        SAE("an SAE folder", "cfg.json"),
        RUN("a training run", RunFile.NAME),
        FEATURES("a feature book", "feature_data.json");

        private final String what;
        private final String mark; // a file that every such folder has

        Kind(String what, String mark) {
            this.what = what;
            this.mark = mark;
        }
    }

    /// Checks that a folder can be made. It may take the place of nothing, of an empty folder, or of
    /// an older folder of the same kind, but never of other things.
    static void check(Path folder, Kind kind) {
        Path name = folder.normalize().getFileName();
        if (name == null || name.toString().isEmpty() || name.toString().equals("..")) {
            throw new UsageException("'%s' cannot be made: name a new folder".formatted(folder));
        }
        requireNoFile(folder);
        if (Files.isDirectory(folder)
                && !Files.exists(folder.resolve(kind.mark))
                && !isEmpty(folder)) {
            throw Sae4jException.in(
                    folder,
                    "exists and is not %s (it has no %s): it will not be replaced, choose another folder"
                            .formatted(kind.what, kind.mark));
        }
        AtomicFolder.create(folder).close(); // says now if it cannot be written
    }

    /// Checks that `folder` is no file.
    static void requireNoFile(Path folder) {
        if (Files.exists(folder) && !Files.isDirectory(folder)) {
            throw Sae4jException.in(folder, "is a file: name a folder to make");
        }
    }

    private static boolean isEmpty(Path folder) {
        try (var entries = Files.list(folder)) {
            return entries.findAny().isEmpty();
        } catch (IOException e) {
            throw SafeFiles.cannotRead(folder, e);
        }
    }
}
