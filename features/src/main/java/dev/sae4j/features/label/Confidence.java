package dev.sae4j.features.label;

import java.util.Locale;

/// How far a label may be trusted, in the words of the published label files. `UNKNOWN` is the empty
/// string, which occurs there too.
public enum Confidence {
    CONFIDENT,
    TENTATIVE,
    DEAD,
    UNKNOWN;

    /// The word in files.
    public String word() {
        return this == UNKNOWN ? "" : name().toLowerCase(Locale.ROOT);
    }

    /// The confidence that a file's word stands for.
    ///
    /// @throws IllegalArgumentException naming the words there are
    public static Confidence of(String word) {
        for (Confidence c : values()) {
            if (c.word().equals(word)) {
                return c;
            }
        }
        throw new IllegalArgumentException(
                "confidence is '%s': expected confident, tentative, dead or an empty string"
                        .formatted(word));
    }
}
