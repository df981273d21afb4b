package dev.sae4j.train.state;

import dev.sae4j.io.AtomicFolder;
import dev.sae4j.io.Checksum;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.SafeFiles;
import dev.sae4j.io.SafetensorsWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import java.util.zip.CheckedOutputStream;

/// The folder in which a run keeps its state: `step-N/` with `arrays.safetensors` and `state.json`,
/// for the last two steps that were saved.
///
/// A state is written beside, synced and renamed: whoever looks finds complete states only, and
/// being killed, losing power or a full disk while one is saved leaves the ones before as they are.
/// For one run at a time.
public final class StateFolder {
    private static final Pattern STATE = Pattern.compile("step-(0|[1-9]\\d{0,17})");
    private static final Pattern LEFT_OVER = Pattern.compile("\\.(step-\\d{1,18})\\.(part|old)");

    private final Path folder;
    private final UnaryOperator<OutputStream> disk;

    /// steps whose states are known to be good
    private final Set<Long> good = new HashSet<>();

    private StateFolder(Path folder, UnaryOperator<OutputStream> disk) {
        this.folder = folder;
        this.disk = disk;
    }

    /// A folder that need not exist yet, `state` by custom.
    public static StateFolder of(Path folder) {
        return new StateFolder(folder, UnaryOperator.identity());
    }

    /// @param disk what is put between a state and its files; tests put a full disk here
    static StateFolder of(Path folder, UnaryOperator<OutputStream> disk) {
        return new StateFolder(folder, disk);
    }

    /// Saves a state, and removes all others but the last good one before it.
    ///
    /// @throws Sae4jException if that fails, with the earlier states untouched
    public void save(TrainingState state) {
        try (var out = AtomicFolder.create(path(state.step()))) {
            Path file = out.path().resolve(SavedState.ARRAYS);
            CRC32C crc = new CRC32C();
            SafeFiles.write(
                    file,
                    to -> {
                        var checked = new CheckedOutputStream(disk.apply(to), crc);
                        SafetensorsWriter.write(checked, Map.of(), state.tensors());
                    });
            var json =
                    new StateJson(
                            state.step(),
                            new Checksum(Files.size(file), Checksum.hex(crc)),
                            StateJson.asRead(state.facts()));
            SafeFiles.write(
                    out.path().resolve(StateJson.NAME), to -> disk.apply(to).write(json.bytes()));
            out.commit();
        } catch (IOException e) {
            throw notSaved(state, SafeFiles.cannotWrite(path(state.step()), e));
        } catch (Sae4jException e) {
            throw notSaved(state, e);
        }
        good.add(state.step());
        try {
            keepTwo(state.step());
        } catch (Sae4jException e) {
            System.getLogger(StateFolder.class.getName())
                    .log(System.Logger.Level.WARNING, "an old state was not removed", e);
        }
    }

    private Sae4jException notSaved(TrainingState state, Sae4jException why) {
        return new Sae4jException(
                "the state of step %d (%d MB) was not saved, the ones before it are as they were. %s"
                        .formatted(state.step(), state.bytes() >> 20, why.getMessage()),
                why);
    }

    /// The newest state that is complete and undamaged, if there is any; close it after reading.
    /// Reads all of it once.
    ///
    /// @param warning is told of each newer state that is damaged
    public Optional<SavedState> latest(Consumer<String> warning) {
        for (long step : steps()) {
            try {
                SavedState state = SavedState.open(path(step), step);
                good.add(step);
                return Optional.of(state);
            } catch (Sae4jException e) {
                good.remove(step);
                warning.accept(
                        "the state of step %d is left out: %s".formatted(step, e.getMessage()));
            }
        }
        return Optional.empty();
    }

    /// Removes all states, and the folder if nothing else is in it: the run is done.
    public void clear() {
        steps().forEach(step -> AtomicFolder.remove(path(step)));
        sweep();
        try {
            if (names().isEmpty()) {
                Files.deleteIfExists(folder);
            }
        } catch (IOException e) {
            throw SafeFiles.cannotWrite(folder, e);
        }
    }

    /// Steps later than the one that was saved are of a future that did not happen.
    private void keepTwo(long saved) {
        boolean hasOther = false;
        for (long step : steps()) {
            if (step == saved) {
                continue;
            }
            if (step < saved && !hasOther && isGood(step)) {
                hasOther = true;
            } else {
                good.remove(step);
                AtomicFolder.remove(path(step));
            }
        }
        sweep();
    }

    private boolean isGood(long step) {
        if (!good.contains(step)) {
            try (SavedState state = SavedState.open(path(step), step)) {
                good.add(state.step());
            } catch (Sae4jException e) {
                return false;
            }
        }
        return true;
    }

    /// Removes what a run that was killed has left half-written or half-removed.
    private void sweep() {
        names().stream()
                .map(LEFT_OVER::matcher)
                .filter(Matcher::matches)
                .forEach(name -> AtomicFolder.sweep(folder.resolve(name.group(1))));
    }

    /// Steps of all states, the latest first.
    private List<Long> steps() {
        return names().stream()
                .map(STATE::matcher)
                .filter(Matcher::matches)
                .map(name -> Long.valueOf(name.group(1)))
                .sorted(Comparator.reverseOrder())
                .toList();
    }

    private List<String> names() {
        try (var entries = Files.list(folder)) {
            return entries.map(entry -> entry.getFileName().toString()).toList();
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            throw SafeFiles.cannotRead(folder, e);
        }
    }

    private Path path(long step) {
        return folder.resolve("step-" + step);
    }
}
