package dev.sae4j.lm.hub;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/// Finds names that somebody may have meant.
final class Nearest {
    private Nearest() {}

    /// The closest names first, at most `limit` of them.
    static List<String> to(String name, List<String> all, int limit) {
        return all.stream()
                .sorted(
                        Comparator.comparingInt((String other) -> distance(name, other))
                                .thenComparing(Comparator.naturalOrder()))
                .limit(limit)
                .toList();
    }

    /// Letters to add, remove or change; a name that contains the other is closer.
    private static int distance(String name, String other) {
        String a = name.toLowerCase(Locale.ROOT);
        String b = other.toLowerCase(Locale.ROOT);
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(change, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        boolean contains = b.contains(a.substring(a.lastIndexOf('/') + 1));
        return contains ? row[b.length()] / 4 : row[b.length()];
    }
}
