package dev.sae4j.features.label;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Counts of strings; ties stand in alphabetical order.
final class Tally {
    private final Map<String, Integer> counts = new LinkedHashMap<>();
    private int total;

    void add(String text) {
        counts.merge(text, 1, Integer::sum);
        total++;
    }

    int count(String text) {
        return counts.getOrDefault(text, 0);
    }

    int total() {
        return total;
    }

    int distinct() {
        return counts.size();
    }

    /// All strings, the most frequent first.
    List<String> byCount() {
        return counts.entrySet().stream()
                .sorted(
                        Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder())
                                .thenComparing(Map.Entry.comparingByKey()))
                .map(Map.Entry::getKey)
                .toList();
    }
}
