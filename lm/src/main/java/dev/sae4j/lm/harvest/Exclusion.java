package dev.sae4j.lm.harvest;

import dev.sae4j.io.UsageException;
import java.util.ArrayList;
import java.util.List;

/// Which positions of a context are left out.
///
/// @param first the first position, where models park attention that has nowhere to go: its
///     activation says nothing about the text and is often a hundred times larger than the others
/// @param special tokens that stand for no text, such as BOS
/// @param norm rows whose norm is more than this multiple of the median norm; 0 keeps them. The
///     median is that of the first 4096 rows that the other rules keep
public record Exclusion(boolean first, boolean special, double norm) {
    /// Keeps every position.
    public static final Exclusion NONE = new Exclusion(false, false, 0);

    /// The default: leaves out the first position and special tokens.
    public static final Exclusion FIRST_AND_SPECIAL = new Exclusion(true, true, 0);

    private static final double USUAL_NORM = 10;

    public Exclusion {
        if (!(norm == 0 || (norm > 1 && Double.isFinite(norm)))) {
            throw new UsageException(
                    "norm must be a multiple above 1 of the median norm, or 0 to keep all, got "
                            + norm);
        }
    }

    /// Understands `none` and lists of `first`, `special`, `norm` and `norm=20`; `norm` alone means
    /// ten times the median.
    ///
    /// @throws UsageException for anything else
    public static Exclusion parse(String text) {
        if (text.equals("none")) {
            return NONE;
        }
        boolean first = false;
        boolean special = false;
        double norm = 0;
        for (String word : text.split(",", -1)) {
            switch (word.strip()) {
                case "first" -> first = true;
                case "special" -> special = true;
                case "norm" -> norm = USUAL_NORM;
                case String w when w.startsWith("norm=") -> norm = multiple(w.substring(5));
                default ->
                        throw new UsageException(
                                "cannot exclude '%s': give none, or a list of first, special, norm, norm=20"
                                        .formatted(word));
            }
        }
        return new Exclusion(first, special, norm);
    }

    private static double multiple(String number) {
        try {
            return Double.parseDouble(number);
        } catch (NumberFormatException e) {
            throw new UsageException("'norm=%s' is not a number".formatted(number));
        }
    }

    /// As [#parse] reads it.
    @Override
    public String toString() {
        List<String> words = new ArrayList<>();
        if (first) {
            words.add("first");
        }
        if (special) {
            words.add("special");
        }
        if (norm > 0) {
            words.add("norm=" + norm);
        }
        return words.isEmpty() ? "none" : String.join(",", words);
    }
}
