package dev.sae4j.features.label;

/// A word that stands out among a feature's examples.
///
/// @param word the word, in lower case
/// @param z over-representation against the corpus, as a z-score
/// @param share share of the examples that hold it, 0 to 1
public record Keyword(String word, double z, double share) {
    /// True if the word names something, unlike `of` or a comma.
    public boolean names() {
        return word.chars().anyMatch(Character::isLetterOrDigit) && !FunctionWords.contains(word);
    }
}
