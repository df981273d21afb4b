package dev.sae4j.features.label;

import java.util.List;

/// Tells whether two words are forms of one, roughly: `river` and `rivers`, `sing` and `singing`.
final class Stems {
    private static final List<String> ENDINGS =
            List.of("'s", "ings", "ing", "ers", "er", "ed", "es", "ly", "s", "d", "e", "y");
    private static final int MIN_STEM = 3;

    private Stems() {}

    static String of(String word) {
        String stem = word;
        for (String ending : ENDINGS) {
            if (stem.endsWith(ending) && stem.length() - ending.length() >= MIN_STEM) {
                stem = stem.substring(0, stem.length() - ending.length());
                break;
            }
        }
        int n = stem.length();
        boolean doubled = n > MIN_STEM && stem.charAt(n - 1) == stem.charAt(n - 2);
        return doubled || (n > MIN_STEM && stem.endsWith("i")) ? stem.substring(0, n - 1) : stem;
    }

    static boolean same(String a, String b) {
        return a.equals(b) || of(a).equals(of(b));
    }

    /// True for words that begin alike, such as `egypt` and `egyptian`: of two like these a label
    /// needs only one.
    static boolean related(String a, String b) {
        int shorter = Math.min(a.length(), b.length());
        int shared = 0;
        while (shared < shorter && a.charAt(shared) == b.charAt(shared)) {
            shared++;
        }
        return same(a, b) || shared >= Math.max(3, Math.min(5, shorter));
    }
}
