package dev.sae4j.lm.hub;

import dev.sae4j.lm.hub.HubException.Kind;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What a repository holds at one commit. Listings come from servers: [#checked] refuses those whose
/// files could not be put on a disk as they say.
///
/// @param commit 40 hexadecimal digits
/// @param files all of them
/// @param complete false if only what the cache happens to hold is known
record Listing(String commit, List<HubFile> files, boolean complete) {
    private static final long MAX_SIZE = 1L << 50; // a petabyte: no such file can be meant

    Listing {
        files = List.copyOf(files);
    }

    /// The listing itself, if nothing in it does harm.
    Listing checked(HubId id) {
        Set<String> folders = new HashSet<>();
        Set<String> paths = new HashSet<>();
        for (HubFile file : files) {
            Optional<String> problem = RemotePath.problem(file.path());
            if (problem.isPresent()) {
                throw hostile(id, file, problem.get());
            }
            if (file.size() < 0 || file.size() > MAX_SIZE) {
                throw hostile(id, file, "is said to have %d bytes".formatted(file.size()));
            }
            if (!paths.add(file.path())) {
                throw hostile(id, file, "is there twice");
            }
            for (String f = file.folder(); !f.isEmpty() && folders.add(f); f = above(f)) {}
        }
        for (HubFile file : files) {
            if (folders.contains(file.path())) {
                throw hostile(id, file, "is a folder too");
            }
        }
        return this;
    }

    private static String above(String folder) {
        return folder.contains("/") ? folder.substring(0, folder.lastIndexOf('/')) : "";
    }

    private static HubException hostile(HubId id, HubFile file, String problem) {
        String path = file.path().replaceAll("\\p{Cntrl}", "?");
        return Problems.problem(
                Kind.HOSTILE,
                id,
                "lists '%s', which %s: nothing of this repository is taken"
                        .formatted(
                                path.length() > 200 ? path.substring(0, 200) + "..." : path,
                                problem));
    }
}
