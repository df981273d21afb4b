package dev.sae4j.train.recipe;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/// What somebody who wrote a name that nobody knows may have meant.
final class Nearest {
    private Nearest() {}

    /// ` (did you mean 'topk'?)`, or nothing if no known name is near.
    static String suggestion(String name, Collection<String> known) {
        return of(name, known).map(" (did you mean '%s'?)"::formatted).orElse("");
    }

    /// `one of a, b, c`, or the only one.
    static String list(Collection<String> known) {
        return (known.size() == 1 ? "" : "one of ") + String.join(", ", known);
    }

    /// The known name with the fewest letters changed, if these are fewer than half of them.
    static Optional<String> of(String name, Collection<String> known) {
        if (name.length() > 64) {
            return Optional.empty();
        }
        return known.stream()
                .min(Comparator.comparingInt(k -> distance(name, k)))
                .filter(k -> 2 * distance(name, k) < Math.max(name.length(), k.length()));
    }

    /// Letters to insert, remove or replace until `a` is `b` (Levenshtein).
    static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }
}
