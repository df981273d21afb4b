package dev.sae4j.lm.hub;

import java.nio.file.Path;
import java.util.List;

/// What to publish, and where.
///
/// @param folder whose files go; hidden ones and the program's own temporary ones stay
/// @param to repository and branch; its path is the folder there, empty for the root
/// @param message first line of the commit
/// @param isPrivate true to let nobody else see a repository that is made for it
/// @param exclude globs of files that stay
public record Upload(
        Path folder, HubId to, String message, boolean isPrivate, List<String> exclude) {
    public Upload {
        exclude = List.copyOf(exclude);
    }
}
