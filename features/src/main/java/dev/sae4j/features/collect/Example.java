package dev.sae4j.features.collect;

/// One place in the corpus where a feature fires, with its context.
///
/// @param document number of the document
/// @param position position in its context of the token that fires most
/// @param peak index of that token in the arrays
/// @param tokens token ids in order, at most `before + 1 + after` of them
/// @param activations activation of the feature on each token, 0 where it is silent
public record Example(int document, int position, int peak, int[] tokens, float[] activations) {
    public Example {
        if (tokens.length != activations.length || peak < 0 || peak >= tokens.length) {
            throw new IllegalArgumentException(
                    "an example of %d tokens and %d activations cannot peak at %d"
                            .formatted(tokens.length, activations.length, peak));
        }
    }

    /// The activation at the peak.
    public float activation() {
        return activations[peak];
    }

    /// Strength of a token for display: its activation over the feature's largest, 0 to 1.
    ///
    /// @param max the largest activation of the feature anywhere
    public float strength(int index, float max) {
        return max > 0 ? Math.clamp(activations[index] / max, 0f, 1f) : 0f;
    }

    /// The text of each token.
    public String[] texts(TokenText text) {
        String[] texts = new String[tokens.length];
        for (int i = 0; i < tokens.length; i++) {
            texts[i] = text.token(tokens[i]);
        }
        return texts;
    }
}
