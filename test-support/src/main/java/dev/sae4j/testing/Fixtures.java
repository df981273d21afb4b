package dev.sae4j.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Finds recorded cases by their manifests below `-Dsae4j.fixtures=DIR`.
public final class Fixtures {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int MAX_DEPTH = 4;

    private Fixtures() {}

    /// A manifest and the folder it stands in.
    public record Manifest(Path folder, JsonNode json) {}

    /// The folder with the fixtures.
    public static Path root() {
        Path root = Path.of(System.getProperty("sae4j.fixtures", "fixtures"));
        if (!Files.isDirectory(root)) {
            throw new AssertionError(
                    "no folder " + root.toAbsolutePath() + ": set -Dsae4j.fixtures=DIR");
        }
        return root;
    }

    /// All files named `name` below the root whose JSON satisfies `wanted`, in order of path.
    ///
    /// @throws AssertionError if there is none: a fixture test without cases must not pass
    public static List<Manifest> manifests(String name, Predicate<JsonNode> wanted) {
        try (var paths = Files.walk(root(), MAX_DEPTH)) {
            List<Manifest> found =
                    paths.filter(p -> p.getFileName().toString().equals(name))
                            .sorted()
                            .map(p ->
                                    new Manifest(
                                            p.resolveSibling(".").normalize(),
                                            JSON.readTree(p.toFile())))
                            .filter(m -> wanted.test(m.json()))
                            .toList();
            if (found.isEmpty()) {
                throw new AssertionError(
                        "no fitting " + name + " below " + root().toAbsolutePath());
            }
            return found;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
