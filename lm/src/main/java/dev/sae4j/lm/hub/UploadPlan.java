package dev.sae4j.lm.hub;

import java.util.List;

/// What an upload would do.
///
/// @param to repository, branch and folder
/// @param creates true if the repository is not there yet (or not visible without a token)
/// @param guessed true if the hub was not asked how the files would go, as it needs the repository
/// @param files in the order of their paths
public record UploadPlan(HubId to, boolean creates, boolean guessed, List<UploadFile> files) {
    public UploadPlan {
        files = List.copyOf(files);
    }

    /// Bytes of the files that go.
    public long bytes() {
        return files.stream()
                .filter(f -> f.way() == UploadFile.Way.LFS || f.way() == UploadFile.Way.INLINE)
                .mapToLong(UploadFile::size)
                .sum();
    }
}
