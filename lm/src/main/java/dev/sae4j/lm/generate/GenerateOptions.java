package dev.sae4j.lm.generate;

import dev.sae4j.io.UsageException;

/// How a text is gone on with.
///
/// @param maxTokens new tokens at most, at least 1
/// @param sampling how each is drawn
/// @param stopAtEnd true to stop where the model ends its text
/// ([dev.sae4j.lm.LanguageModel#stopTokens()]), false to go on behind it
public record GenerateOptions(int maxTokens, Sampling sampling, boolean stopAtEnd) {
    public GenerateOptions {
        if (maxTokens < 1) {
            throw new UsageException(
                    "at least 1 token can be generated, not %d".formatted(maxTokens));
        }
    }

    /// The likeliest tokens, up to the end of the text.
    public static GenerateOptions greedy(int maxTokens) {
        return new GenerateOptions(maxTokens, Sampling.GREEDY, true);
    }

    /// The same with tokens drawn in another way.
    public GenerateOptions with(Sampling other) {
        return new GenerateOptions(maxTokens, other, stopAtEnd);
    }
}
