package dev.sae4j.lm.gguf;

import dev.sae4j.io.SafeFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What the name of a GGUF file says: which model, and which of its parts.
///
/// @param file the file
/// @param model name without the ending and the part's number
/// @param part from 1
/// @param parts 1 if the model is not split
public record GgufName(Path file, String model, int part, int parts) {
    private static final Pattern SPLIT = Pattern.compile("(.+)-(\\d{5})-of-(\\d{5})\\.gguf");

    /// Names of files with the vision part of a model, which llama.cpp keeps beside it.
    private static final String VISION = "mmproj";

    static GgufName of(Path file) {
        String name = fileName(file);
        Matcher split = SPLIT.matcher(name);
        if (split.matches()) {
            int part = Integer.parseInt(split.group(2));
            int parts = Integer.parseInt(split.group(3));
            if (part >= 1 && part <= parts) {
                return new GgufName(file, split.group(1), part, parts);
            }
        }
        return new GgufName(file, isGguf(file) ? name.substring(0, name.length() - 5) : name, 1, 1);
    }

    /// True if a file's name ends in `.gguf`.
    public static boolean isGguf(Path file) {
        return fileName(file).toLowerCase(Locale.ROOT).endsWith(".gguf");
    }

    /// Models in a folder, sorted: their files or first parts.
    public static List<Path> modelsIn(Path folder) {
        try (var files = Files.list(folder)) {
            return files.filter(f -> isGguf(f) && Files.isRegularFile(f))
                    .filter(f -> !fileName(f).startsWith(VISION))
                    .filter(f -> of(f).part() == 1)
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw SafeFiles.cannotRead(folder, e);
        }
    }

    /// The file of another part.
    Path sibling(int other) {
        return file.resolveSibling("%s-%05d-of-%05d.gguf".formatted(model, other, parts));
    }

    private static String fileName(Path file) {
        Path last = file.toAbsolutePath().normalize().getFileName();
        return last == null ? "" : last.toString();
    }
}
