package dev.sae4j.lm;

import dev.sae4j.io.FileStamps;
import dev.sae4j.io.FileState;
import dev.sae4j.io.SafeFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Stamps of the files that decide what a model computes.
final class ModelStamps {
    private static final Pattern SMALL =
            Pattern.compile("config\\.json|tokenizer.*\\.json|chat_template.*");
    private static final Pattern WEIGHTS =
            Pattern.compile("model.*\\.safetensors|pytorch_model.*\\.bin");

    private ModelStamps() {}

    /// @param files of a model, see [ModelSource#files]
    static Map<String, String> of(List<Path> files) {
        return FileStamps.of("model file", files);
    }

    /// Those with weights, as they are now.
    static List<FileState> weights(List<Path> files) {
        return files.stream().filter(f -> !is(SMALL, f)).map(FileState::of).toList();
    }

    /// The files of a Hugging Face folder, those with weights last.
    static List<Path> inFolder(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(f -> is(SMALL, f) || is(WEIGHTS, f))
                    .sorted(
                            Comparator.comparing((Path f) -> is(WEIGHTS, f))
                                    .thenComparing(f -> String.valueOf(f.getFileName())))
                    .toList();
        } catch (IOException e) {
            throw SafeFiles.cannotRead(folder, e);
        }
    }

    private static boolean is(Pattern kind, Path file) {
        return kind.matcher(String.valueOf(file.getFileName())).matches();
    }
}
