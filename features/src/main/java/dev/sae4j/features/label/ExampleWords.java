package dev.sae4j.features.label;

import dev.sae4j.features.collect.Example;
import dev.sae4j.features.collect.TokenText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// The examples of one feature, as words.
///
/// @param peaks for each example the word that holds the peak, or the token itself, trimmed, where
///     it is not part of a word
/// @param pieces for each example the token at the peak, trimmed, in lower case
/// @param sets for each example its different words
/// @param atPeaks how often each peak word occurs
/// @param before how often each word stands directly before the peak word
/// @param after how often each word stands directly after it
/// @param around in how many examples each word occurs; words on which the feature fires weigh 1,
///     others [#SILENT]
record ExampleWords(
        List<String> peaks,
        List<String> pieces,
        List<Set<String>> sets,
        Tally atPeaks,
        Tally before,
        Tally after,
        Tally around) {
    /// Weight of a word on which the feature is silent.
    static final double SILENT = 0.35;

    /// A word counts as fired on from this share of the peak.
    private static final float ACTIVE = 0.25f;

    static ExampleWords of(List<Example> examples, TokenText text) {
        var words =
                new ExampleWords(
                        new ArrayList<>(),
                        new ArrayList<>(),
                        new ArrayList<>(),
                        new Tally(),
                        new Tally(),
                        new Tally(),
                        new Tally());
        examples.forEach(example -> words.add(example, text));
        return words;
    }

    private void add(Example example, TokenText text) {
        List<Word> words = Word.of(example.tokens(), example.tokens().length, text);
        String piece = text.token(example.tokens()[example.peak()]).strip();
        int at = Word.indexAt(words, example.peak());
        String peak = at < 0 ? piece : words.get(at).text();
        peaks.add(peak);
        pieces.add(piece.toLowerCase(Locale.ROOT));
        atPeaks.add(peak);
        for (int i = 0; i < words.size(); i++) {
            Word word = words.get(i);
            boolean precedes = at < 0 ? word.last() < example.peak() : i == at - 1;
            boolean lastBefore =
                    precedes
                            && (i + 1 == words.size() || words.get(i + 1).last() >= example.peak());
            if (lastBefore) {
                before.add(word.text());
            }
            boolean follows = at < 0 ? word.first() > example.peak() : i == at + 1;
            boolean firstAfter = follows && (i == 0 || words.get(i - 1).first() <= example.peak());
            if (firstAfter) {
                after.add(word.text());
            }
        }
        Map<String, Double> weights = new LinkedHashMap<>();
        for (Word word : words) {
            weights.merge(word.text(), active(word, example) ? 1 : SILENT, Math::max);
        }
        weights.forEach(around::add);
        sets.add(weights.keySet());
    }

    private static boolean active(Word word, Example example) {
        for (int t = word.first(); t <= word.last(); t++) {
            if (example.activations()[t] >= ACTIVE * example.activation()) {
                return true;
            }
        }
        return false;
    }

    int size() {
        return peaks.size();
    }

    /// Share of examples whose words hold one of these.
    double coverage(List<Keyword> keywords) {
        return shareHolding(keywords, 1);
    }

    /// Share of examples that hold the first of these, or two of them, whichever is larger.
    double cohesion(List<Keyword> keywords) {
        return keywords.isEmpty()
                ? 0
                : Math.max(shareHolding(keywords.subList(0, 1), 1), shareHolding(keywords, 2));
    }

    private double shareHolding(List<Keyword> keywords, int atLeast) {
        long hits =
                sets.stream()
                        .filter(set ->
                                keywords.stream().filter(k -> set.contains(k.word())).count()
                                        >= atLeast)
                        .count();
        return size() == 0 ? 0 : (double) hits / size();
    }

    /// Different words or different tokens at the peaks, whichever are fewer, over the examples.
    double diversity() {
        long distinct = Math.min(atPeaks.distinct(), pieces.stream().distinct().count());
        return size() == 0 ? 0 : (double) distinct / size();
    }

    /// Mean number of different words per example on which the feature fires.
    double breadth() {
        double active =
                (around.totalWeight() - SILENT * around.total())
                        / (1 - SILENT); // weights 1, SILENT
        return size() == 0 ? 0 : active / size();
    }
}
