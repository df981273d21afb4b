package dev.sae4j.checkpoint;

import dev.sae4j.io.Json;
import dev.sae4j.io.TensorFile;
import dev.sae4j.io.Yaml;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
