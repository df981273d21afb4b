package dev.sae4j.lm.hub;

import java.nio.file.Path;
import java.util.List;

/// What was fetched, on this disk.
///
/// @param place the folder or file that the id names; a folder may hold more files, from other times
/// @param files those that were chosen, in the order of their paths in the repository
public record Fetched(Path place, List<Path> files) {
    public Fetched {
        files = List.copyOf(files);
    }
}
