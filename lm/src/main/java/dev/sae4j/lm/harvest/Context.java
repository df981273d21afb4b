package dev.sae4j.lm.harvest;

/// Tokens that the model reads as one sequence: a document, or a part of a long one.
///
/// @param document number of the document
/// @param part 0 for the beginning of the document, 1 for what comes next ...
/// @param tokens `[n]`, BOS in front if there is one
record Context(int document, int part, int[] tokens) {}
