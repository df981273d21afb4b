package dev.sae4j.features.label;

import dev.sae4j.features.collect.TokenText;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// A word put together again from the tokens that spell it: a run of letters, digits and inner
/// apostrophes, in lower case. The years of a century are one word, `19xx`.
///
/// @param text the word
/// @param first index of the first token that holds part of it
/// @param last index of the last one
record Word(String text, int first, int last) {
    /// The words of a piece of text, in order.
    static List<Word> of(int[] tokens, int length, TokenText text) {
        List<Word> words = new ArrayList<>();
        var word = new StringBuilder();
        int first = 0;
        int last = 0;
        for (int t = 0; t < length; t++) {
            if (text.isSpecial(tokens[t])) {
                close(word, first, last, words);
                continue;
            }
            String piece = text.token(tokens[t]);
            for (int i = 0; i < piece.length(); i++) {
                char c = piece.charAt(i);
                if (belongs(c, word)) {
                    if (word.isEmpty()) {
                        first = t;
                    }
                    last = t;
                    word.append(c);
                } else {
                    close(word, first, last, words);
                }
            }
        }
        close(word, first, last, words);
        return words;
    }

    /// Halves of a character (U+FFFD) count as letters, so that a word is not torn at them.
    private static boolean belongs(char c, StringBuilder word) {
        return Character.isLetterOrDigit(c)
                || Character.isSurrogate(c)
                || c == '\uFFFD'
                || ((c == '\'' || c == '’') && !word.isEmpty());
    }

    private static void close(StringBuilder word, int first, int last, List<Word> words) {
        int end = word.length();
        while (end > 0 && (word.charAt(end - 1) == '\'' || word.charAt(end - 1) == '’')) {
            end--;
        }
        if (end > 0) {
            words.add(new Word(normal(word.substring(0, end)), first, last));
        }
        word.setLength(0);
    }

    private static String normal(String word) {
        boolean year =
                word.length() == 4
                        && (word.startsWith("1") || word.startsWith("20"))
                        && word.chars().allMatch(c -> c >= '0' && c <= '9');
        return year ? word.substring(0, 2) + "xx" : word.toLowerCase(Locale.ROOT);
    }

    /// The word that holds a token, if the token is not between words.
    static int indexAt(List<Word> words, int token) {
        int found = -1;
        for (int i = 0; i < words.size(); i++) {
            if (words.get(i).first() <= token && token <= words.get(i).last()) {
                found = i; // a token may end one word and begin the next: the later one counts
            }
        }
        return found;
    }
}
