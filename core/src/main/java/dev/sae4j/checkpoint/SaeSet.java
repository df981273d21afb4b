package dev.sae4j.checkpoint;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.SafeFiles;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// Finds the SAEs below a folder: releases keep a grid, a set of layers and snapshots, or a tree of
/// widths in one.
///
/// Folders are not entered through symbolic links, so that a walk ends; files may be links, as they
/// are in the hub's cache.
public final class SaeSet {
    private static final int DEEPEST = 12;
    private static final int MOST_FILES = 20_000;

    /// Endings of files that may hold an SAE by themselves.
    private static final List<String> ENDINGS = List.of(".pt", ".pth", ".safetensors", ".npz");

    private final Path root;
    private final List<Path> found = new ArrayList<>();
    private final Map<Path, String> damaged = new TreeMap<>();
    private final Set<Path> opened = new HashSet<>(); // files of SAEs
    private int files;

    private SaeSet(Path root) {
        this.root = root;
    }

    /// Looks through a folder.
    ///
    /// @throws Sae4jException if it cannot be read, or is too large to look through
    public static SaeSet below(Path folder) {
        var set = new SaeSet(folder);
        set.visit(folder, 0);
        return set;
    }

    /// Files and folders that hold an SAE each, by what formats say; they may be damaged.
    public List<Path> found() {
        return found.stream().sorted().toList();
    }

    /// Opens one of them; empty if its files belong to one opened before, since the folder of an SAE
    /// and the weights in it may both be found.
    ///
    /// @throws Sae4jException if it is damaged
    public Optional<Checkpoints.Found> open(Path path) {
        if (opened.contains(path.toAbsolutePath().normalize())) {
            return Optional.empty();
        }
        Checkpoints.Found sae = Checkpoints.find(path, ReadOptions.NONE);
        opened.addAll(sae.files());
        return Optional.of(sae);
    }

    /// Files that look like weights but cannot be opened, with the reason.
    public Map<Path, String> damaged() {
        return Map.copyOf(damaged);
    }

    /// The name of an SAE within the set: its path below the folder, with `/`.
    public String id(Path path) {
        return root.relativize(path).toString().replace('\\', '/');
    }

    private void visit(Path folder, int depth) {
        if (depth > DEEPEST) {
            throw Sae4jException.in(
                    folder, "lies more than %d folders deep: look closer".formatted(DEEPEST));
        }
        boolean claimed = isSae(folder);
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            for (Path entry : entries) {
                if (++files > MOST_FILES) {
                    throw Sae4jException.in(
                            root, "holds more than %,d files: look closer".formatted(MOST_FILES));
                }
                if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
                    visit(entry, depth + 1);
                } else if (!claimed && isWeights(entry)) {
                    isSae(entry);
                }
            }
        } catch (IOException e) {
            throw SafeFiles.cannotRead(folder, e);
        }
    }

    private static boolean isWeights(Path file) {
        Path name = file.getFileName();
        String lower = name == null ? "" : name.toString().toLowerCase(Locale.ROOT);
        return ENDINGS.stream().anyMatch(lower::endsWith) && Files.isRegularFile(file);
    }

    private boolean isSae(Path path) {
        try {
            if (Checkpoints.isSae(path)) {
                found.add(path);
                return true;
            }
        } catch (Sae4jException e) {
            damaged.put(path, String.valueOf(e.getMessage()));
        }
        return false;
    }
}
