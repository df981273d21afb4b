package dev.sae4j.lm.harvest;

/// Where in a text a context begins.
///
/// @param document number of the first document that may stand in it
/// @param token tokens of that document that went into earlier contexts
/// @param part how many contexts that were
public record Place(int document, int token, int part) {
    /// The beginning of the text.
    static final Place START = new Place(0, 0, 0);
}
