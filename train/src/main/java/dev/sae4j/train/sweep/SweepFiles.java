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
    public static Sweep open(String nameOrFile) {
        if (NAMES.contains(nameOrFile)) {
            return preset(nameOrFile);
        }
        if (nameOrFile.matches(".*(\\.ya?ml|\\.json|[/\\\\].*)")
                || Files.exists(Path.of(nameOrFile))) {
            return read(Path.of(nameOrFile));
        }
        throw new UsageException(
                "sweep '%s' is not known%s: there is %s; a file's name ends in .yaml"
                        .formatted(
                                nameOrFile,
                                Nearest.suggestion(nameOrFile, NAMES),
                                String.join(", ", NAMES)));
    }

    /// Reads a sweep file. Recipe files that it names lie beside it.
    public static Sweep read(Path file) {
        return new SweepParser(String.valueOf(file.getFileName()), file.toAbsolutePath())
                .parse(Yaml.readObject(file));
    }

    private static Sweep preset(String name) {
        Path file = Path.of(name + ".yaml");
        try (InputStream in = SweepFiles.class.getResourceAsStream(file.toString())) {
            if (in == null) {
                throw new IllegalStateException("the sweep file " + file + " is not there");
            }
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return new SweepParser(name, null).parse(Yaml.parseObject(file, text));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
