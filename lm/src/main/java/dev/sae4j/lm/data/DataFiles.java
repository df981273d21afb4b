package dev.sae4j.lm.data;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.SafeFiles;
import dev.sae4j.io.UsageException;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Finds the files of a data set: one, those of a folder, or those that a pattern such as
/// `data/train-*.parquet` or `data/**/*.jsonl` names.
final class DataFiles {
    private DataFiles() {}

    /// The files that `data` names, sorted by name and all of one kind; none if it does not look
    /// like a file at all.
    static List<DataFile> find(String data) {
        Path path = Path.of(data);
        if (Files.isDirectory(path) && DataFile.of(path).isEmpty()) {
            return sameKind(data, inFolder(path));
        }
        if (!Files.exists(path) && data.matches(".*[*?\\[{].*")) {
            return sameKind(data, matching(data));
        }
        return DataFile.of(path).map(DataFiles::existing).stream().toList();
    }

    private static DataFile existing(DataFile file) {
        if (Files.isDirectory(file.path())) {
            throw Sae4jException.in(file.path(), "is a folder: expected a file of " + file.kind());
        }
        return file;
    }

    /// Files that somebody has named one by one.
    static List<DataFile> of(List<Path> paths) {
        List<DataFile> files = new ArrayList<>();
        for (Path path : paths) {
            files.add(
                    existing(
                            DataFile.of(path)
                                    .orElseThrow(() ->
                                            Sae4jException.in(
                                                    path,
                                                    "is no data file that can be read: its name must end with one of %s, perhaps with .gz or .zst behind it"
                                                            .formatted(DataFile.endings())))));
        }
        return sameKind("the list of files", files);
    }

    private static List<DataFile> inFolder(Path folder) {
        List<DataFile> files;
        try (Stream<Path> entries = Files.list(folder)) {
            files = known(entries);
        } catch (IOException e) {
            throw SafeFiles.cannotRead(folder, e);
        }
        if (files.isEmpty()) {
            throw Sae4jException.in(
                    folder,
                    "holds no data files (%s); for files in its folders give a pattern such as '%s/**/*.parquet'"
                            .formatted(DataFile.endings(), folder));
        }
        return files;
    }

    private static List<DataFile> matching(String pattern) {
        Path whole = Path.of(pattern).toAbsolutePath().normalize();
        Path base = whole;
        while (base.getParent() != null && base.toString().matches(".*[*?\\[{].*")) {
            base = base.getParent();
        }
        PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + whole);
        // 'a/**/b' means files right below 'a', too
        PathMatcher flat =
                FileSystems.getDefault()
                        .getPathMatcher("glob:" + whole.toString().replace("/**/", "/"));
        List<DataFile> files = List.of();
        if (Files.isDirectory(base)) {
            try (Stream<Path> all = Files.walk(base)) {
                files = known(all.filter(p -> matcher.matches(p) || flat.matches(p)));
            } catch (IOException e) {
                throw SafeFiles.cannotRead(base, e);
            }
        }
        if (files.isEmpty()) {
            throw new UsageException(
                    "no data file fits '%s': the names of those that can be read end with %s"
                            .formatted(pattern, DataFile.endings()));
        }
        return files;
    }

    private static List<DataFile> known(Stream<Path> paths) {
        return paths.filter(p -> !String.valueOf(p.getFileName()).startsWith("."))
                .filter(Files::isRegularFile)
                .map(DataFile::of)
                .flatMap(Optional::stream)
                .sorted(Comparator.comparing(f -> f.path().toString()))
                .toList();
    }

    private static List<DataFile> sameKind(String data, List<DataFile> files) {
        for (DataFile file : files) {
            if (file.kind() != files.getFirst().kind()) {
                throw new Sae4jException(
                        "%s has files of several kinds, such as %s (%s) and %s (%s): give a pattern that names those of one kind"
                                .formatted(
                                        data,
                                        files.getFirst().path().getFileName(),
                                        files.getFirst().kind(),
                                        file.path().getFileName(),
                                        file.kind()));
            }
        }
        return files;
    }

    /// What a report calls the data set: the last part of the name, or of the pattern.
    static String name(String data) {
        Path path = Path.of(data);
        Path last = path.toAbsolutePath().normalize().getFileName();
        return last == null ? data : last.toString();
    }
}
