package dev.sae4j.lm.generate;

import dev.sae4j.io.UsageException;

/// How the next token is drawn. Logits are divided by the temperature, then all but the `topK` largest
/// fall away, then all but the smallest set of likeliest tokens that has a probability of `topP`
/// together; one of the rest is drawn by its probability.
///
/// @param temperature 0 for always the likeliest token (the smallest id among equals)
/// @param topK tokens to draw from; 0 for any number
/// @param topP probability to draw from, above 0, 1 for all
/// @param seed the same seed draws the same tokens from the same logits
public record Sampling(double temperature, int topK, double topP, long seed) {
    /// Always the likeliest token.
    public static final Sampling GREEDY = new Sampling(0, 0, 1, 0);

    public Sampling {
        if (!(temperature >= 0) || temperature > 100) {
            throw new UsageException(
                    "the temperature is %s: expected a number from 0 (the likeliest token) to 100"
                            .formatted(temperature));
        }
        if (topK < 0) {
            throw new UsageException("top-k is %d: expected 1 or more, 0 for all".formatted(topK));
        }
        if (!(topP > 0 && topP <= 1)) {
            throw new UsageException(
                    "top-p is %s: expected a number above 0, at most 1".formatted(topP));
        }
    }

    /// Draws from all tokens.
    ///
    /// @param temperature 1 for the model's own probabilities, less for likelier tokens
    public static Sampling of(double temperature, long seed) {
        return new Sampling(temperature, 0, 1, seed);
    }

    /// The same among the likeliest tokens that have a probability of `share` together.
    public Sampling withTopP(double share) {
        return new Sampling(temperature, topK, share, seed);
    }

    /// The same among the `k` likeliest tokens.
    public Sampling withTopK(int k) {
        return new Sampling(temperature, k, topP, seed);
    }
}
