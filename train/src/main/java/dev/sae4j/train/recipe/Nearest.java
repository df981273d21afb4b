package dev.sae4j.train.recipe;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/// What somebody who wrote a name that nobody knows may have meant.
public final class Nearest {
    private Nearest() {}

    /// ` (did you mean 'topk'?)`, or nothing if no known name is near.
    public static String suggestion(String name, Collection<String> known) {
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

    /// Letters to insert, remove, replace or swap with their neighbour until `a` is `b`.
    static int distance(String a, String b) {
        int[][] d =
                new int[a.length() + 1][b.length() + 1]; // of the first i letters and the first j
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    d[i][j] = i + j;
                    continue;
                }
                int differs = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                d[i][j] =
                        Math.min(d[i - 1][j - 1] + differs, Math.min(d[i - 1][j], d[i][j - 1]) + 1);
                if (i > 1
                        && j > 1
                        && a.charAt(i - 1) == b.charAt(j - 2)
                        && a.charAt(i - 2) == b.charAt(j - 1)) {
                    d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
                }
            }
        }
        return d[a.length()][b.length()];
    }
}
