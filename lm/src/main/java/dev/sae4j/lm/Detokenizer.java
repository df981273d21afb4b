package dev.sae4j.lm;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/// Text of tokens that come one by one. A token may end inside a character: such a rest waits until
/// the character is complete, so that all texts together are the text of all tokens. Not for sharing
/// between threads.
///
/// Decoders look at what stands before a token (the first space of a text is dropped), so the
/// tokens of the last complete stretch are decoded again with the new ones.
public final class Detokenizer {
    private static final char INCOMPLETE = '\uFFFD';

    /// A character has at most 4 bytes, each of which may be a token; more than this is not one.
    private static final int LONGEST = 24;

    private final Function<int[], String> decode;
    private final List<Integer> window = new ArrayList<>();
    private int fresh; // where tokens begin whose text was not complete when they came
    private String shown = ""; // what of the window's text is known to the caller

    /// @param before tokens whose text the caller knows
    Detokenizer(Function<int[], String> decode, int... before) {
        this.decode = decode;
        for (int i = Math.max(0, before.length - LONGEST); i < before.length; i++) {
            window.add(before[i]);
        }
        shown = text();
        fresh = window.size();
    }

    /// Adds a token; the text that has become certain, often empty.
    public String next(int id) {
        window.add(id);
        String text = text();
        int certain = text.length();
        if (window.size() - fresh < LONGEST) {
            while (certain > 0 && text.charAt(certain - 1) == INCOMPLETE) {
                certain--;
            }
        }
        return certain < text.length() ? partly(text.substring(0, certain)) : settle(text);
    }

    /// What is left when no token will come any more: U+FFFD for each part of a character that was
    /// never completed.
    public String rest() {
        return settle(text());
    }

    /// All of the window is certain: only its last stretch is needed from here on.
    private String settle(String text) {
        if (!text.startsWith(shown)) { // bytes that looked like a character were not one
            window.subList(0, fresh).clear();
            fresh = 0;
            shown = text();
            return shown;
        }
        String more = text.substring(shown.length());
        if (!more.isEmpty()) {
            window.subList(0, fresh).clear();
            fresh = window.size();
        } else if (window.size() > 2 * LONGEST) { // tokens without text
            window.subList(0, LONGEST).clear();
            fresh = window.size();
        }
        shown = text();
        return more;
    }

    private String partly(String certain) {
        if (!certain.startsWith(shown)) {
            return "";
        }
        String more = certain.substring(shown.length());
        shown = certain;
        return more;
    }

    private String text() {
        return decode.apply(window.stream().mapToInt(Integer::intValue).toArray());
    }
}
