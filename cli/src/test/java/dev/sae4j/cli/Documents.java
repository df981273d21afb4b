package dev.sae4j.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// README.md and everything below docs/, the README first, then the tutorial: later pages may use
/// what these two have made.
///
/// @param root folder of the project
record Documents(Path root) {
    /// A fenced block.
    ///
    /// @param file where it is
    /// @param line of the file, from 1, that its first line is
    /// @param language word after the fence; empty if there is none
    /// @param lines what is between the fences
    record Block(Path file, int line, String language, List<String> lines) {}

    /// Those of the project that the tests run in.
    static Documents ofProject() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("README.md"))) {
            folder = folder.getParent();
            if (folder == null) {
                throw new AssertionError("no README.md in or above the working directory");
            }
        }
        return new Documents(folder);
    }

    List<Path> files() {
        Path tutorial = root.resolve("docs/tutorial.md");
        try (Stream<Path> below = Files.walk(root.resolve("docs"))) {
            return Stream.concat(
                            Stream.of(root.resolve("README.md"), tutorial),
                            below.filter(p -> p.toString().endsWith(".md")).sorted())
                    .distinct()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    List<Block> blocks() {
        return files().stream().flatMap(f -> blocks(f).stream()).toList();
    }

    static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Block> blocks(Path file) {
        List<Block> found = new ArrayList<>();
        List<String> lines = lines(file);
        for (int i = 0; i < lines.size(); i++) {
            String fence = lines.get(i).strip();
            if (fence.startsWith("```")) {
                int first = ++i;
                while (i < lines.size() && !lines.get(i).strip().equals("```")) {
                    i++;
                }
                if (i == lines.size()) {
                    throw new AssertionError(
                            "%s:%d: a block that does not end".formatted(file, first));
                }
                found.add(new Block(file, first + 1, fence.substring(3), lines.subList(first, i)));
            }
        }
        return found;
    }
}
