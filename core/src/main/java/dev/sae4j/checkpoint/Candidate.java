package dev.sae4j.checkpoint;

import dev.sae4j.io.Json;
import dev.sae4j.io.SafeFiles;
import dev.sae4j.io.TensorFile;
import dev.sae4j.io.Yaml;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/// A file or folder that may hold an SAE, as formats look at it. Every file is opened once, whoever
/// asks; closing the candidate closes them all.
public final class Candidate implements AutoCloseable {
    private final Path path;
    private final ReadOptions options;
    private final Map<Path, TensorFile> open = new HashMap<>();
    private final Map<Path, JsonNode> json = new HashMap<>();
    private final Map<Path, JsonNode> yaml = new HashMap<>();

    Candidate(Path path, ReadOptions options) {
        this.path = path.toAbsolutePath().normalize();
        this.options = options;
    }

    /// What was given, absolute.
    public Path path() {
        return path;
    }

    /// What the user said about it.
    public ReadOptions options() {
        return options;
    }

    /// True if a folder was given.
    public boolean isFolder() {
        return Files.isDirectory(path);
    }

    /// The folder given, or the one in which the file given lies.
    public Path folder() {
        Path parent = path.getParent();
        return isFolder() || parent == null ? path : parent;
    }

    /// A file beside the weights, if it is there.
    public Optional<Path> beside(String name) {
        Path file = folder().resolve(name);
        return Files.isRegularFile(file) ? Optional.of(file) : Optional.empty();
    }

    /// The file with the weights: the one given, or the one with this name in the folder given.
    public Optional<Path> weights(String nameInFolder) {
        return isFolder() ? beside(nameInFolder) : Optional.of(path);
    }

    /// The file given, or the only one in the folder given whose name has a form.
    ///
    /// @throws dev.sae4j.io.Sae4jException if the folder cannot be read
    Optional<Path> only(Pattern form) {
        if (!isFolder()) {
            return Optional.of(path);
        }
        try (DirectoryStream<Path> all =
                Files.newDirectoryStream(
                        path, p -> form.matcher(p.getFileName().toString()).matches())) {
            List<Path> some = new ArrayList<>();
            for (Path file : all) {
                some.add(file);
                if (some.size() > 1) {
                    return Optional.empty();
                }
            }
            return some.stream().filter(Files::isRegularFile).findFirst();
        } catch (IOException e) {
            throw SafeFiles.cannotRead(path, e);
        }
    }

    /// Tensors of a file.
    ///
    /// @throws dev.sae4j.io.Sae4jException if it is no file of tensors, or damaged
    public TensorFile tensors(Path file) {
        return open.computeIfAbsent(file, TensorFile::open);
    }

    /// Files of tensors opened so far.
    Set<Path> files() {
        return open.keySet();
    }

    /// A JSON object.
    ///
    /// @throws dev.sae4j.io.Sae4jException if the file is none
    public JsonNode json(Path file) {
        return json.computeIfAbsent(file, Json::readObject);
    }

    /// A YAML mapping, as the JSON object that it stands for.
    ///
    /// @throws dev.sae4j.io.Sae4jException if the file is none
    public JsonNode yaml(Path file) {
        return yaml.computeIfAbsent(file, Yaml::readObject);
    }

    @Override
    public void close() {
        open.values().forEach(TensorFile::close);
        open.clear();
    }
}
