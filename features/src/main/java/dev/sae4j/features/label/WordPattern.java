package dev.sae4j.features.label;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Finds what the words at the peaks have in common in spelling.
final class WordPattern {
    private static final double SHARE = 0.7;

    /// Times that an ending must be more frequent than in the corpus.
    private static final double LIFT = 3;

    private WordPattern() {}

    /// The label of the pattern; null if there is none.
    static @Nullable String of(ExampleWords words, Map<String, Double> endings) {
        List<String> different = words.atPeaks().byCount();
        if (different.stream().map(Stems::of).distinct().count() < 3) {
            return null;
        }
        String ending = ending(different, endings);
        if (ending != null) {
            List<String> fitting = different.stream().filter(w -> w.endsWith(ending)).toList();
            return "words ending in -" + ending + ": " + samples(fitting);
        }
        return piece(words, different);
    }

    private static @Nullable String ending(List<String> different, Map<String, Double> endings) {
        for (int n = 4; n >= 2; n--) {
            int length = n;
            var tally = new Tally();
            different.stream()
                    .filter(w -> w.length() >= length + 2)
                    .forEach(w -> tally.add(w.substring(w.length() - length)));
            if (tally.total() == 0) {
                continue;
            }
            String most = tally.byCount().getFirst();
            double share = (double) tally.count(most) / different.size();
            if (share >= SHARE && share >= LIFT * endings.getOrDefault(most, 0.0)) {
                return most;
            }
        }
        return null;
    }

    /// One token that is part of different words.
    private static @Nullable String piece(ExampleWords words, List<String> different) {
        var tally = new Tally();
        words.pieces().forEach(tally::add);
        String most = tally.byCount().getFirst();
        List<String> fitting = different.stream().filter(w -> w.contains(most)).toList();
        if (most.isEmpty()
                || tally.count(most) < SHARE * words.size()
                || fitting.size() < 3
                || words.atPeaks().count(most) > words.size() / 2) {
            return null;
        }
        long starting = fitting.stream().filter(w -> w.startsWith(most)).count();
        String shape =
                starting > fitting.size() / 2
                        ? "words beginning with " + most + "-: "
                        : "words with -" + most + "-: ";
        return shape + samples(fitting);
    }

    private static String samples(List<String> words) {
        return String.join(", ", words.subList(0, Math.min(3, words.size())));
    }
}
