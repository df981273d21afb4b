package dev.sae4j.features.label;

import dev.sae4j.features.collect.Example;
import dev.sae4j.features.collect.TokenText;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// The examples of one feature, as words.
///
/// @param peaks for each example the word that holds the peak, or the token itself, trimmed, where
///     it is not part of a word
/// @param pieces for each example the token at the peak, trimmed, in lower case
/// @param sets for each example its different words
/// @param atPeaks how often each peak word occurs
/// @param around in how many examples each word occurs
record ExampleWords(
        List<String> peaks,
        List<String> pieces,
        List<Set<String>> sets,
        Tally atPeaks,
        Tally around) {

    static ExampleWords of(List<Example> examples, TokenText text) {
        List<String> peaks = new ArrayList<>();
        List<String> pieces = new ArrayList<>();
        List<Set<String>> sets = new ArrayList<>();
        var atPeaks = new Tally();
        var around = new Tally();
        for (Example example : examples) {
            List<Word> words = Word.of(example.tokens(), example.tokens().length, text);
            int at = Word.indexAt(words, example.peak());
            String piece = text.token(example.tokens()[example.peak()]).strip();
            String peak = at < 0 ? piece : words.get(at).text();
            Set<String> set = new LinkedHashSet<>();
            words.forEach(word -> set.add(word.text()));
            peaks.add(peak);
            pieces.add(piece.toLowerCase(java.util.Locale.ROOT));
            sets.add(set);
            atPeaks.add(peak);
            set.forEach(around::add);
        }
        return new ExampleWords(peaks, pieces, sets, atPeaks, around);
    }

    int size() {
        return peaks.size();
    }

    /// Share of examples whose words hold one of these.
    double coverage(List<Keyword> keywords) {
        long hits =
                sets.stream()
                        .filter(set -> keywords.stream().anyMatch(k -> set.contains(k.word())))
                        .count();
        return size() == 0 ? 0 : (double) hits / size();
    }

    double diversity() {
        return size() == 0 ? 0 : (double) atPeaks.distinct() / size();
    }
}
