package dev.sae4j.checkpoint;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.sae.Sae;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// All known formats.
public final class Checkpoints {
    private static final CheckpointFormat SAE_LENS = new SaeLensFormat();
    private static final List<CheckpointFormat> FORMATS = List.of(SAE_LENS);

    private Checkpoints() {}

    /// Opens an SAE of whatever format it is.
    ///
    /// @throws Sae4jException if no format fits; the message says what each one missed
    public static Sae open(Path path) {
        return formatOf(path).open(path);
    }

    /// The format that is written unless another is asked for.
    public static CheckpointFormat saeLens() {
        return SAE_LENS;
    }

    /// The format of a file or folder.
    ///
    /// @throws Sae4jException if no format fits; the message says what each one missed
    public static CheckpointFormat formatOf(Path path) {
        if (!Files.exists(path)) {
            throw Sae4jException.in(path, "does not exist");
        }
        StringBuilder misses = new StringBuilder();
        for (CheckpointFormat format : FORMATS) {
            Optional<String> miss = format.whyNot(path);
            if (miss.isEmpty()) {
                return format;
            }
            misses.append("\n  ").append(format.name()).append(": ").append(miss.get());
        }
        throw Sae4jException.in(path, "is no SAE of a known format:" + misses);
    }
}
