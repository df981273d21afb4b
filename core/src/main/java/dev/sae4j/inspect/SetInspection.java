package dev.sae4j.inspect;

import dev.sae4j.checkpoint.Checkpoints;
import dev.sae4j.checkpoint.SaeSet;
import dev.sae4j.io.Sae4jException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A folder of many SAEs.
///
/// @param path what was looked at
/// @param saes one entry per SAE, by id
/// @param layers layers of which there are snapshots; empty unless the files are called so
/// @param snapshots their names, such as `50M` and `final`
/// @param problems files that look like SAEs and are none, and what is wrong with single SAEs
public record SetInspection(
        String path,
        List<Entry> saes,
        List<Integer> layers,
        List<String> snapshots,
        List<String> problems)
        implements Inspection {
    private static final Comparator<String> NATURAL = new NaturalOrder();

    /// Snapshots of layers, as the release of all layers of a model calls its files.
    private static final Pattern SNAPSHOT = Pattern.compile("sae_layer(\\d{1,4})_([^/.]+)\\.pt");

    /// An SAE of the set.
    ///
    /// @param id path below the folder
    /// @param format name of its format
    /// @param architecture as SAELens names it
    /// @param dIn width of the activations
    /// @param dSae number of features
    /// @param k features per token; null unless the architecture has it
    /// @param threshold median threshold; null unless the architecture has them
    /// @param dtype element type of the matrices
    /// @param bytes size of all tensors
    /// @param problems what seems wrong with it
    public record Entry(
            String id,
            String format,
            String architecture,
            int dIn,
            int dSae,
            @Nullable Double k,
            @Nullable Float threshold,
            String dtype,
            long bytes,
            List<String> problems) {}

    /// @return empty if there is no SAE below the folder
    static Optional<SetInspection> of(Path folder) {
        SaeSet set = SaeSet.below(folder);
        if (set.found().isEmpty()) {
            return Optional.empty();
        }
        List<Entry> entries = new ArrayList<>();
        List<String> problems = new ArrayList<>(set.damaged().values());
        for (Path path : set.found()) {
            try {
                set.open(path).ifPresent(sae -> entries.add(entry(set.id(path), path, sae)));
            } catch (Sae4jException e) {
                problems.add(String.valueOf(e.getMessage()));
            }
        }
        entries.sort(Comparator.comparing(Entry::id, NATURAL));
        var layers = new TreeSet<Integer>();
        var snapshots = new TreeSet<>(NATURAL);
        for (Entry entry : entries) {
            Matcher name = SNAPSHOT.matcher(entry.id());
            if (name.find()) {
                layers.add(Integer.parseInt(name.group(1)));
                snapshots.add(name.group(2));
            }
        }
        return Optional.of(
                new SetInspection(
                        folder.toString(),
                        entries,
                        List.copyOf(layers),
                        List.copyOf(snapshots),
                        problems));
    }

    private static Entry entry(String id, Path path, Checkpoints.Found found) {
        SaeInspection sae;
        try (found) {
            sae = SaeInspection.of(path, found);
        }
        Spread threshold = sae.threshold();
        return new Entry(
                id,
                sae.format(),
                sae.architecture(),
                sae.dIn(),
                sae.dSae(),
                sae.k(),
                threshold == null ? null : threshold.median(),
                sae.dtype(),
                sae.bytes(),
                sae.problems());
    }
}
