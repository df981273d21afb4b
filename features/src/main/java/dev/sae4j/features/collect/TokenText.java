package dev.sae4j.features.collect;

/// The readable text of tokens: all that features need to know of a tokenizer.
public interface TokenText {
    /// Number of token ids; ids run from 0.
    int vocabularySize();

    /// Text of one token with its leading space; U+FFFD stands for part of a character.
    String token(int id);

    /// True for tokens that no text contains, such as the beginning of a document.
    boolean isSpecial(int id);
}
