package dev.sae4j.lm.data;

/// A text that is read on its own.
///
/// @param number its place in the data set, from 0
/// @param text the text, not empty
public record Document(int number, String text) {}
