package dev.sae4j.lm;

/// A text as tokens. Token i covers the UTF-16 units `start[i] .. end[i]` of the text; a special
/// token that the tokenizer put in covers nothing (`start[i] == end[i]`). Tokens that share one
/// character, such as the bytes of an emoji, all cover that character.
///
/// @param ids `[n]`, token ids
/// @param start `[n]`, first unit
/// @param end `[n]`, unit after the last
public record Encoded(int[] ids, int[] start, int[] end) {
    public Encoded {
        if (start.length != ids.length || end.length != ids.length) {
            throw new IllegalArgumentException(
                    "%d ids but %d starts and %d ends"
                            .formatted(ids.length, start.length, end.length));
        }
    }

    /// Number of tokens.
    public int size() {
        return ids.length;
    }
}
