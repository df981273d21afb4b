package dev.sae4j.checkpoint;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The names on the way to a file, for formats that keep there what no file says: the file's own,
/// then its folders', nearest first. Seven are enough to see the repository's name in the cache of
/// the Hugging Face hub; what lies above is the user's.
///
/// @param parts nearest first
record PathNames(List<String> parts) {
    private static final int SEEN = 7;

    static PathNames of(Path file) {
        List<String> parts = new ArrayList<>();
        Path at = file.toAbsolutePath().normalize();
        for (int i = 0; i < SEEN && at != null && at.getFileName() != null; i++) {
            parts.add(at.getFileName().toString());
            at = at.getParent();
        }
        return new PathNames(List.copyOf(parts));
    }

    /// The first match in the nearest name that has one.
    Optional<MatchResult> find(Pattern pattern) {
        for (String part : parts) {
            Matcher matcher = pattern.matcher(part);
            if (matcher.find()) {
                return Optional.of(matcher.toMatchResult());
            }
        }
        return Optional.empty();
    }

    /// True if a name contains the word.
    boolean mention(String word) {
        return parts.stream().anyMatch(p -> p.contains(word));
    }

    /// True if one is the name.
    boolean have(String name) {
        return parts.contains(name);
    }
}
