package dev.sae4j.features.label;

import java.util.Locale;

/// What a keyword label says about a feature.
public enum LabelKind {
    /// One word, or a few, that the feature fires on.
    WORD,
    /// A topic: words around the places where it fires.
    CONTEXT,
    /// Part of the words it fires on: an ending, a beginning.
    ENDING,
    /// A common word in the company of certain others.
    MIXED,
    /// Whatever stands directly before or after a certain word.
    BESIDE,
    /// A position in the text.
    POSITION,
    /// The tokens it makes more likely, for want of anything better.
    BOOSTS,
    /// It never fired.
    DEAD,
    /// Made elsewhere, read from a file.
    OTHER;

    /// The word in files.
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// The kind that a file's word stands for; `OTHER` for unknown words.
    public static LabelKind of(String word) {
        for (LabelKind kind : values()) {
            if (kind.word().equals(word)) {
                return kind;
            }
        }
        return OTHER;
    }
}
