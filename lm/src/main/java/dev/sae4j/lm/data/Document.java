package dev.sae4j.lm.data;

/// A text that is read on its own.
///
/// @param number its place in the data set, from 0: the number of its line or row, those without
///     text counted
/// @param text the text, not empty
/// @param empty records without text between this and the document before it, and behind it if it is
///     the last
public record Document(int number, String text, int empty) {
    /// A document right behind another.
    public Document(int number, String text) {
        this(number, text, 0);
    }
}
