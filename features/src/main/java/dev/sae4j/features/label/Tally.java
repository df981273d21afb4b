package dev.sae4j.features.label;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Counts of strings, each with a weight; ties stand in alphabetical order.
final class Tally {
    private final Map<String, Integer> counts = new LinkedHashMap<>();
    private final Map<String, Double> weights = new LinkedHashMap<>();
    private int total;
    private double totalWeight;

    void add(String text) {
        add(text, 1);
    }

    void add(String text, double weight) {
        counts.merge(text, 1, Integer::sum);
        weights.merge(text, weight, Double::sum);
        total++;
        totalWeight += weight;
    }

    int count(String text) {
        return counts.getOrDefault(text, 0);
    }

    int total() {
        return total;
    }

    double weight(String text) {
        return weights.getOrDefault(text, 0.0);
    }

    double totalWeight() {
        return totalWeight;
    }

    int distinct() {
        return counts.size();
    }

    /// The most frequent string; empty if there is none.
    String top() {
        return counts.isEmpty() ? "" : byCount().getFirst();
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
