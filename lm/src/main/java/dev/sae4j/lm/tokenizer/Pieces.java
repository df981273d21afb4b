package dev.sae4j.lm.tokenizer;

/// A text in tokens, as the library cut it. Token i covers the UTF-16 units `start[i] .. end[i]`.
///
/// @param ids `[n]`, token ids
/// @param start `[n]`, first unit
/// @param end `[n]`, unit after the last
public record Pieces(int[] ids, int[] start, int[] end) {}
