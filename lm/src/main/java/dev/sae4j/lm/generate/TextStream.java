package dev.sae4j.lm.generate;

import dev.sae4j.lm.Tokenizer;
import java.util.Arrays;

/// Turns tokens into text one after the other. A piece is given out when it can no longer change:
/// not while its last token is part of a character.
final class TextStream {
    /// Tokens of the prompt that new ones are read behind, so that spaces stay.
    private static final int BEFORE = 4;

    private final Tokenizer tokenizer;
    private int[] ids;
    private int size;
    private int anchor; // tokens from here on are decoded together
    private int given; // tokens whose text was given out

    TextStream(Tokenizer tokenizer, int[] prompt) {
        this.tokenizer = tokenizer;
        this.ids = prompt.clone();
        this.size = prompt.length;
        this.given = prompt.length;
        this.anchor = Math.max(0, prompt.length - BEFORE);
    }

    /// The text that has become certain with another token; often that of the token, or nothing.
    String add(int id) {
        ids = size == ids.length ? Arrays.copyOf(ids, 2 * size + 16) : ids;
        ids[size++] = id;
        return piece(false);
    }

    /// What is left at the end: half a character, as U+FFFD.
    String end() {
        return piece(true);
    }

    private String piece(boolean last) {
        String before = tokenizer.decode(Arrays.copyOfRange(ids, anchor, given));
        String text = tokenizer.decode(Arrays.copyOfRange(ids, anchor, size));
        if (text.length() <= before.length() || (!last && text.endsWith("\uFFFD"))) {
            return "";
        }
        anchor = given;
        given = size;
        return text.substring(before.length());
    }
}
