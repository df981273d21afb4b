package dev.sae4j.checkpoint;

import dev.sae4j.sae.Sae;
import java.util.Optional;

/// One way of keeping SAEs in files. An implementation documents the layout it reads: tensor names,
/// shapes, orientation, and which bias is subtracted.
public interface CheckpointFormat {
    /// Name as commands and messages show it, such as `saelens`.
    String name();

    /// Looks whether the path holds this format, by content, reading as little as possible.
    ///
    /// @return empty if it does; else what was missing, for the message that lists all formats
    Optional<String> whyNot(Candidate candidate);

    /// Opens an SAE. Weights are mapped, not copied. The candidate's files go over to the SAE.
    ///
    /// @throws dev.sae4j.io.Sae4jException if the files are damaged or contradict each other
    Sae open(Candidate candidate);

    /// Writes this format; empty for formats that are only read.
    default Optional<CheckpointWriter> writer() {
        return Optional.empty();
    }
}
