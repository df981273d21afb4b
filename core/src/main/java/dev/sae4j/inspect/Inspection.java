package dev.sae4j.inspect;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.sae4j.checkpoint.Checkpoints;
import dev.sae4j.checkpoint.ReadOptions;
import dev.sae4j.io.Sae4jException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// What a path holds. As JSON, `kind` says which of the records it is.
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = SaeInspection.class, name = "sae"),
    @JsonSubTypes.Type(value = SetInspection.class, name = "sae_set"),
    @JsonSubTypes.Type(value = StoreInspection.class, name = "store"),
    @JsonSubTypes.Type(value = ModelInspection.class, name = "model"),
    @JsonSubTypes.Type(value = TensorFileInspection.class, name = "tensors")
})
public sealed interface Inspection
        permits SaeInspection,
                SetInspection,
                StoreInspection,
                ModelInspection,
                TensorFileInspection {
    /// What was looked at.
    String path();

    /// What seems wrong with it, a sentence each; empty if nothing does.
    List<String> problems();

    /// Looks at a file or folder.
    ///
    /// @throws Sae4jException if it does not exist, is damaged or of no known kind; the message says
    ///     what was looked for
    static Inspection of(Path path) {
        return of(path, ReadOptions.NONE);
    }

    /// Looks at a file or folder, which is an SAE if the user says anything about how to read it.
    static Inspection of(Path path, ReadOptions options) {
        if (!options.equals(ReadOptions.NONE)) {
            return SaeInspection.of(path, options);
        }
        if (!Files.exists(path)) {
            throw Sae4jException.in(path, "does not exist");
        }
        if (Checkpoints.isSae(path)) {
            return SaeInspection.of(path, ReadOptions.NONE);
        }
        if (Files.isRegularFile(path)) {
            return TensorFileInspection.of(path);
        }
        if (Files.isRegularFile(path.resolve(StoreInspection.FILE))) {
            return StoreInspection.of(path);
        }
        if (ModelInspection.isModel(path)) {
            return ModelInspection.of(path);
        }
        return SetInspection.of(path)
                .map(Inspection.class::cast)
                .orElseGet(() -> SaeInspection.of(path, ReadOptions.NONE)); // says what it lacks
    }
}
