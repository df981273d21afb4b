package dev.sae4j.lm.hub;

import java.util.regex.Pattern;

/// A file of a repository.
///
/// @param path from the repository's root, `/` between names
/// @param size bytes
/// @param gitId SHA-1 that git gives the file, or its pointer if it is large; empty if not known
/// @param sha256 of the content of large files, in hexadecimal digits; else empty
public record HubFile(String path, long size, String gitId, String sha256) {
    private static final Pattern GIT_ID = Pattern.compile("[0-9a-f]{40}");
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

    /// Name of its content: what the hub gives as ETag and the cache takes as file name.
    String etag() {
        return sha256.isEmpty() ? gitId : sha256;
    }

    /// True if its content can be checked.
    boolean isCheckable() {
        return sha256.isEmpty()
                ? GIT_ID.matcher(gitId).matches()
                : SHA256.matcher(sha256).matches();
    }

    /// The file of which only an ETag is known.
    static HubFile ofEtag(String path, long size, String etag) {
        return SHA256.matcher(etag).matches()
                ? new HubFile(path, size, "", etag)
                : new HubFile(path, size, etag, "");
    }

    /// The last part of the path.
    String name() {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /// All but the last part of the path; empty at the root.
    String folder() {
        return path.contains("/") ? path.substring(0, path.lastIndexOf('/')) : "";
    }

    /// True for the path itself and for all that is below it; an empty one is above everything.
    boolean isAtOrBelow(String place) {
        return place.isEmpty() || path.equals(place) || path.startsWith(place + "/");
    }
}
