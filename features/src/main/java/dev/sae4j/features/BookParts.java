package dev.sae4j.features;

import dev.sae4j.features.collect.Example;
import dev.sae4j.features.collect.FeatureStatistics;
import dev.sae4j.features.collect.LogitLens;
import dev.sae4j.features.collect.TokenText;
import java.util.List;
import java.util.Optional;

/// The parts of a book that published feature files do not have.
///
/// @param statistics sums that can be merged
/// @param examples strongest examples
/// @param lens raised and lowered tokens
/// @param text text of the tokens
/// @param release closes the files that these read from
record BookParts(
        Optional<FeatureStatistics> statistics,
        Optional<ExampleSource> examples,
        Optional<LogitLens> lens,
        Optional<TokenText> text,
        Runnable release) {

    /// Examples of any feature, from memory or from a file.
    interface ExampleSource {
        List<Example> of(int feature);
    }

    void close() {
        release.run();
    }
}
