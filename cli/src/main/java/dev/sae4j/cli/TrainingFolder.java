package dev.sae4j.cli;

import dev.sae4j.checkpoint.CheckpointWriter;
import dev.sae4j.io.AtomicFolder;
import dev.sae4j.io.SafeFiles;
import dev.sae4j.io.UsageException;
import dev.sae4j.lm.Hook;
import dev.sae4j.sae.Sae;
import dev.sae4j.train.recipe.Recipe;
import dev.sae4j.train.recipe.RecipeFiles;
import dev.sae4j.train.state.StateFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The folder that `train` makes: `run.json` and, while it is not finished, `state/`. With one recipe
/// it is itself the SAE's folder, with several there is one below for each, `NAME`; with several hooks
/// `HOOK`, or `HOOK/NAME`. It holds weights and their configuration, `recipe.yaml`, `training.jsonl`,
/// `snapshots/TOKENS/` and `tensorboard/`.
final class TrainingFolder {
    private static final String STATE = "state";
    private static final String SNAPSHOTS = "snapshots";
    private static final String SAE = "sae";

    private final Path out;
    private final List<Recipe> recipes;
    private final List<Path> members;

    /// @param recipes trained at every hook
    /// @param hooks none or one if that is not to show
    TrainingFolder(Path out, List<Recipe> recipes, List<Hook> hooks) {
        this.out = out;
        this.recipes = recipes;
        List<Path> parents =
                hooks.size() < 2
                        ? List.of(out)
                        : hooks.stream().map(h -> out.resolve(h.toString())).toList();
        members = parents.stream().flatMap(p -> below(p, recipes)).toList();
        if (members.stream().distinct().count() < members.size()) {
            throw new UsageException(
                    "two recipes would be written to one folder: give one another 'name'");
        }
    }

    private static Stream<Path> below(Path parent, List<Recipe> recipes) {
        return recipes.size() == 1
                ? Stream.of(parent)
                : recipes.stream().map(r -> parent.resolve(folderName(r.name())));
    }

    private static String folderName(String name) {
        String plain = name.replaceAll("[^A-Za-z0-9._-]", "_").replaceFirst("^\\.+", "_");
        return plain.isEmpty() || plain.equals(STATE) ? plain + "_" : plain;
    }

    Path path() {
        return out;
    }

    /// How many SAEs there will be.
    int size() {
        return members.size();
    }

    /// What tells an SAE from the others: where it goes below the folder.
    String name(int index) {
        return out.relativize(members.get(index)).toString().replace('\\', '/');
    }

    /// Where one SAE goes: those of the first hook first.
    Path member(int index) {
        return members.get(index);
    }

    StateFolder state() {
        return StateFolder.of(out.resolve(STATE));
    }

    /// Looks at what is there before any work is spent.
    ///
    /// @return what an earlier run has left, if there was one
    Optional<RunFile> check(boolean resume) {
        Optional<RunFile> before = Optional.empty();
        if (Files.isDirectory(out)) {
            before = RunFile.read(out);
        }
        if (before.isEmpty()) {
            Outputs.check(out, Outputs.Kind.SAE);
        } else {
            Outputs.check(out, Outputs.Kind.RUN);
            RunFile run = before.get();
            if (!resume && !run.finished() && run.failure() == null && hasState()) {
                throw new UsageException(
                        "%s holds a run that is not finished: go on with it by --resume, or choose another folder"
                                .formatted(out));
            }
        }
        return before;
    }

    /// True if a state was saved.
    boolean hasState() {
        Path folder = out.resolve(STATE);
        if (!Files.isDirectory(folder)) {
            return false;
        }
        try (var entries = Files.list(folder)) {
            return entries.anyMatch(e -> e.getFileName().toString().startsWith("step-"));
        } catch (IOException e) {
            throw SafeFiles.cannotRead(folder, e);
        }
    }

    /// Begins to write. An older SAE stays until there is a new one.
    ///
    /// @param fromStart true if nothing of an earlier run goes on
    /// @return what `run.json` says now
    RunFile begin(RunFile run, boolean fromStart) {
        RunFile now = run.withFiles(RunFile.read(out).map(RunFile::files).orElse(List.of()));
        if (fromStart) {
            state().clear();
        }
        for (int i = 0; i < members.size(); i++) {
            Path member = members.get(i);
            AtomicFolder.sweep(member.resolve(SAE));
            if (fromStart) {
                removeSnapshots(member.resolve(SNAPSHOTS));
            }
            SafeFiles.writeString(
                    member.resolve("recipe.yaml"),
                    RecipeFiles.toYaml(recipes.get(i % recipes.size())));
        }
        now.write(out);
        return now;
    }

    private static void removeSnapshots(Path folder) {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (var entries = Files.list(folder)) {
            entries.filter(e -> e.getFileName().toString().matches("[0-9]+"))
                    .toList()
                    .forEach(AtomicFolder::remove);
        } catch (IOException e) {
            throw SafeFiles.cannotRead(folder, e);
        }
    }

    /// Writes a copy of an SAE in training.
    void writeSnapshot(int index, long tokens, Sae sae, CheckpointWriter writer) {
        writer.write(sae, members.get(index).resolve(SNAPSHOTS).resolve(Long.toString(tokens)));
    }

    /// Writes an SAE beside and puts its files into their place, those that say what it is last.
    ///
    /// @return the files, relative to the folder
    List<String> writeSae(int index, Sae sae, CheckpointWriter writer) {
        Path folder = members.get(index);
        List<String> written = new ArrayList<>();
        try (AtomicFolder beside = AtomicFolder.create(folder.resolve(SAE))) {
            Path whole = beside.path().resolve(folder.getFileName());
            writer.write(sae, whole);
            List<Path> files = Files.isDirectory(whole) ? list(whole) : List.of(whole);
            List<Path> configurations = files.stream().filter(f -> isConfiguration(f)).toList();
            configurations.forEach(f -> delete(folder.resolve(f.getFileName())));
            for (Path file : files) {
                Path target = folder.resolve(file.getFileName());
                Files.move(
                        file,
                        target,
                        StandardCopyOption.ATOMIC_MOVE,
                        StandardCopyOption.REPLACE_EXISTING);
                written.add(out.relativize(target).toString().replace('\\', '/'));
            }
        } catch (IOException e) {
            throw SafeFiles.cannotWrite(folder, e);
        }
        return written;
    }

    /// Files, weights first.
    private static List<Path> list(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.sorted(Comparator.comparing(TrainingFolder::isConfiguration)).toList();
        }
    }

    private static boolean isConfiguration(Path file) {
        return file.toString().endsWith(".json");
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw SafeFiles.cannotWrite(file, e);
        }
    }

    /// Ends the run: an older SAE's other files go, `run.json` says so, and the state goes.
    ///
    /// @param files what the SAEs consist of now
    void end(RunFile run, @Nullable String failure, List<String> files) {
        for (String file : run.files()) {
            Path path = out.resolve(file).normalize();
            if (!files.contains(file) && path.startsWith(out.normalize())) {
                delete(path);
            }
        }
        run.ended(failure).withFiles(files).write(out);
        if (failure == null) {
            state().clear();
        }
    }
}
