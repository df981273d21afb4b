package dev.sae4j.features.label;

import java.util.List;

/// What a keyword label rests on.
///
/// @param keywords words that stand out, the most telling first
/// @param coverage share of the examples that hold at least one of them, 0 to 1
/// @param cohesion share of the examples that hold the first keyword, or of those that hold two at
///     once, whichever is larger: low if the keywords belong to unrelated examples
/// @param diversity different words or different tokens at the peaks, whichever are fewer, over the
///     number of examples: near 0 if the feature always fires on one, 1 if never on the same
/// @param breadth words on which it fires per example: 1 if only at the peak
public record Evidence(
        List<Keyword> keywords,
        double coverage,
        double cohesion,
        double diversity,
        double breadth) {
    /// Nothing is known.
    public static final Evidence NONE = new Evidence(List.of(), 0, 0, 0, 0);

    public Evidence {
        keywords = List.copyOf(keywords);
    }
}
