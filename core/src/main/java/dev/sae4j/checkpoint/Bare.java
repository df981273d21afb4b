package dev.sae4j.checkpoint;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.sae.InputTransform;
import dev.sae4j.sae.Sae;
import dev.sae4j.sae.SaeConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// What formats of one file have in common when they are written: weights and an activation, and no
/// place for much else.
final class Bare {
    private Bare() {}

    /// The file to write: the path given, if it has the suffix; else the name in that folder.
    static Path file(Path path, String suffix, String name) {
        boolean isFile = path.toString().endsWith(suffix) && !Files.isDirectory(path);
        return isFile ? path : path.resolve(name);
    }

    /// Refuses what predicts another place of the model.
    static void requireAutoencoder(Sae sae, String format) {
        if (sae.config().transcoder()) {
            throw new Sae4jException(
                    "%s has autoencoders only, no transcoders: write saelens".formatted(format));
        }
        requireNoSkip(sae, format);
    }

    /// Refuses skip connections.
    static void requireNoSkip(Sae sae, String format) {
        if (sae.weights().skip() != null) {
            throw new Sae4jException("%s has no skip connections: write saelens".formatted(format));
        }
    }

    /// As an SAE of weights alone: everything that is the same for every row is folded into them.
    static Folding folded(Sae sae) {
        return Folding.of(sae.config(), sae.weights()).statistics().withoutPreBias().uncentred();
    }

    /// What becomes of an SAE besides its activation.
    ///
    /// @param notes what folding said
    /// @param losses what the activation loses
    /// @param kept keys of metadata that the format has a place for
    static CheckpointWriter.Fit fit(
            SaeConfig config, List<String> notes, List<String> losses, Set<String> kept) {
        List<String> allNotes = new ArrayList<>(notes);
        List<String> allLosses = new ArrayList<>(losses);
        switch (config.input()) {
            case InputTransform.LayerNorm _, InputTransform.ConstantNorm _ ->
                    allLosses.add(
                            "each row is normalised before the encoder and the format cannot say so: its users would have to do it");
            case InputTransform.None _, InputTransform.Scale _, InputTransform.Whitening _ -> {}
        }
        if (!config.prefixes().isEmpty()) {
            allNotes.add("the widths of the Matryoshka prefixes are not written");
        }
        List<String> dropped =
                config.metadata().keySet().stream()
                        .filter(k -> !kept.contains(k))
                        .sorted()
                        .toList();
        if (!dropped.isEmpty()) {
            allNotes.add(
                    "the format has no place for where the SAE comes from; not written: "
                            + String.join(", ", dropped));
        }
        return new CheckpointWriter.Fit(allNotes, allLosses);
    }
}
