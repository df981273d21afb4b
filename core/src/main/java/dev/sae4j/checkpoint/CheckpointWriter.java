package dev.sae4j.checkpoint;

import dev.sae4j.io.DType;
import dev.sae4j.sae.Sae;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Writes SAEs in one format.
public interface CheckpointWriter {
    /// How well an SAE fits a format.
    ///
    /// @param notes what is written in another form that computes the same, such as a scale folded
    ///     into the weights; a sentence each
    /// @param losses what the format cannot express; a sentence each
    record Fit(List<String> notes, List<String> losses) {
        public Fit {
            notes = List.copyOf(notes);
            losses = List.copyOf(losses);
        }
    }

    /// What becomes of an SAE in this format.
    ///
    /// @throws dev.sae4j.io.Sae4jException if the format has no place at all for it
    Fit fit(Sae sae);

    /// Writes an SAE as [#fit] said; the folder or file appears only when complete.
    ///
    /// @param path the folder or file, as the format needs it
    /// @param dtype F32, F16 or BF16; null for the type that the weights have
    void write(Sae sae, Path path, @Nullable DType dtype);

    /// Writes an SAE with weights of the type that they have.
    default void write(Sae sae, Path path) {
        write(sae, path, null);
    }
}
