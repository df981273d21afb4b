package dev.sae4j.features.label;

import java.util.Set;

/// English words that join others and name nothing: a topic is never called by them. Log-odds alone
/// would let some through, as many features fire after one of them.
final class FunctionWords {
    private static final Set<String> WORDS =
            Set.of(
                    "a", "an", "the", "of", "in", "on", "at", "by", "to", "for", "from", "with",
                    "as", "and", "or", "but", "nor", "not", "no", "is", "are", "was", "were", "be",
                    "been", "being", "am", "has", "have", "had", "having", "do", "does", "did",
                    "that", "which", "who", "whom", "whose", "what", "when", "where", "this",
                    "these", "those", "it", "its", "he", "she", "his", "her", "him", "they",
                    "their", "them", "i", "you", "your", "my", "we", "our", "us", "me", "one",
                    "if", "than", "then", "so", "such", "into", "onto", "up", "out", "off", "over",
                    "under", "through", "between", "about", "can", "could", "will", "would",
                    "may", "might", "must", "should", "shall", "there", "some", "any", "all",
                    "each", "other", "more", "most", "very", "especially", "usually", "often",
                    "used", "because", "without", "against", "upon", "until", "while", "after",
                    "before", "also", "only", "own", "same", "both", "how", "too", "either");

    private FunctionWords() {}

    static boolean contains(String word) {
        return WORDS.contains(word);
    }
}
