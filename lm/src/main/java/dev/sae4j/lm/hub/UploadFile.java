package dev.sae4j.lm.hub;

import java.nio.file.Path;

/// One file of an upload.
///
/// @param file on this disk
/// @param path in the repository
/// @param size bytes
/// @param way how it goes
public record UploadFile(Path file, String path, long size, Way way) {
    /// How a file goes to the hub.
    public enum Way {
        /// By itself, to the store of large files.
        LFS,
        /// In the commit.
        INLINE,
        /// The hub has it already.
        SAME,
        /// The repository's `.gitignore` keeps it out.
        IGNORED
    }

    UploadFile by(Way other) {
        return new UploadFile(file, path, size, other);
    }
}
