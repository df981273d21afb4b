package dev.sae4j.train.sweep;

import dev.sae4j.io.UsageException;
import dev.sae4j.io.Yaml;
import dev.sae4j.train.recipe.Nearest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Sweeps as files: small YAML mappings with a recipe, what all cells set (`set`), lists of values in
/// all combinations (`grid`), and cells said one by one (`cells`).
///
/// All errors are [UsageException]s that name the file and the place in it; text that is not YAML at
/// all is a [dev.sae4j.io.Sae4jException].
public final class SweepFiles {
    private static final List<String> NAMES = List.of("grid-search");

    private SweepFiles() {}

    /// The sweeps that come with sae4j.
    public static List<String> names() {
        return NAMES;
    }

    /// A preset, or a file if the name ends as one or is one.
    ///
    /// @param settings `key.path=value`, laid over what the file sets for all cells; what a cell or
    ///     the grid says goes before
    public static Sweep open(String nameOrFile, List<String> settings) {
        if (NAMES.contains(nameOrFile)) {
            return preset(nameOrFile, settings);
        }
        if (nameOrFile.matches(".*(\\.ya?ml|\\.json|[/\\\\].*)")
                || Files.exists(Path.of(nameOrFile))) {
            return read(Path.of(nameOrFile), settings);
        }
        throw new UsageException(
                "sweep '%s' is not known%s: there is %s; a file's name ends in .yaml"
                        .formatted(
                                nameOrFile,
                                Nearest.suggestion(nameOrFile, NAMES),
                                String.join(", ", NAMES)));
    }

    /// Reads a sweep file. Recipe files that it names lie beside it.
    public static Sweep read(Path file, List<String> settings) {
        String name = String.valueOf(file.getFileName());
        return new SweepParser(name, file.toAbsolutePath(), settings).parse(Yaml.readObject(file));
    }

    private static Sweep preset(String name, List<String> settings) {
        Path file = Path.of(name + ".yaml");
        try (InputStream in = SweepFiles.class.getResourceAsStream(file.toString())) {
            if (in == null) {
                throw new IllegalStateException("the sweep file " + file + " is not there");
            }
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return new SweepParser(name, null, settings).parse(Yaml.parseObject(file, text));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
