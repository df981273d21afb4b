package dev.sae4j.checkpoint;

import dev.sae4j.sae.Sae;
import java.nio.file.Path;
import java.util.Optional;

/// One way of keeping SAEs in files. An implementation documents the layout it reads: tensor names,
/// shapes, orientation, and which bias is subtracted.
public interface CheckpointFormat {
    /// Name as commands and messages show it, such as `saelens`.
    String name();

    /// Looks whether the path holds this format, by content, reading as little as possible.
    ///
    /// @return empty if it does; else what was missing, for the message that lists all formats
    Optional<String> whyNot(Path path);

    /// Opens an SAE. Weights are mapped, not copied.
    Sae open(Path path);

    /// Writes an SAE; the folder or file appears only when complete.
    void write(Sae sae, Path path);
}
