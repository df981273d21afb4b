package dev.sae4j.features.label;

import dev.sae4j.features.collect.TokenText;
import java.util.HashMap;
import java.util.Map;

/// How often each word occurs in the corpus: what the words of a feature's examples are held
/// against. Counts of two parts of a corpus add up with [#merge].
public final class CorpusWords {
    private static final int MAX_ENDING = 4;

    private final Map<String, Counter> counts = new HashMap<>();
    private long total;

    private static final class Counter {
        long count;
    }

    /// Counts the words of a document.
    ///
    /// @param length number of tokens in use
    public void add(int[] tokens, int length, TokenText text) {
        for (Word word : Word.of(tokens, length, text)) {
            add(word.text(), 1);
        }
    }

    /// Adds the counts of another part of the corpus.
    public void merge(CorpusWords other) {
        other.counts.forEach((word, counter) -> add(word, counter.count));
    }

    private void add(String word, long times) {
        counts.computeIfAbsent(word, _ -> new Counter()).count += times;
        total += times;
    }

    /// Occurrences of all words together.
    public long total() {
        return total;
    }

    /// Occurrences of one word.
    public long count(String word) {
        Counter counter = counts.get(word);
        return counter == null ? 0 : counter.count;
    }

    /// Share of all words that end in each ending of 2 to 4 letters, for words at least two letters
    /// longer than it.
    Map<String, Double> endings() {
        Map<String, Counter> sums = new HashMap<>();
        counts.forEach((word, counter) -> {
            for (int n = 2; n <= MAX_ENDING && n + 2 <= word.length(); n++) {
                String ending = word.substring(word.length() - n);
                sums.computeIfAbsent(ending, _ -> new Counter()).count += counter.count;
            }
        });
        Map<String, Double> shares = new HashMap<>();
        sums.forEach((ending, sum) -> shares.put(ending, (double) sum.count / total));
        return shares;
    }
}
