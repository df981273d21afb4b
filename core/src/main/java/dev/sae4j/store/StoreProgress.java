package dev.sae4j.store;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.SafeFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// How far a store has been written: up to the end of its last full shard.
///
/// @param shards that are complete, in order
/// @param rows rows in them
/// @param norms sum of the norms of these rows
/// @param squares sum of the squares of the norms
/// @param sums `[width]`, sum of the rows
public record StoreProgress(
        List<StoreShard> shards, long rows, double norms, double squares, double[] sums) {
    public StoreProgress {
        shards = List.copyOf(shards);
        long sum = shards.stream().mapToLong(StoreShard::rows).sum();
        if (rows != sum) {
            throw new IllegalArgumentException(
                    "rows is %d, but the shards have %d together".formatted(rows, sum));
        }
    }

    /// Of a store that is just begun.
    static StoreProgress none(int width) {
        return new StoreProgress(List.of(), 0, 0, 0, new double[width]);
    }

    /// Removes from a folder what does not belong to this, such as a shard that was being written.
    ///
    /// @throws Sae4jException if a shard is missing or has another size
    void keepOnly(Path folder) {
        Set<String> names = shards.stream().map(StoreShard::file).collect(Collectors.toSet());
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                if (!names.contains(file.getFileName().toString())) {
                    Files.delete(file);
                }
            }
            for (StoreShard shard : shards) {
                Path file = folder.resolve(shard.file());
                if (!Files.exists(file) || Files.size(file) != shard.bytes()) {
                    throw Sae4jException.in(
                            file,
                            "is not what was written: expected a shard of %d bytes; begin the harvest again, without --resume"
                                    .formatted(shard.bytes()));
                }
            }
        } catch (IOException e) {
            throw SafeFiles.cannotWrite(folder, e);
        }
    }
}
