package dev.sae4j.features;

import dev.sae4j.features.collect.Example;
import dev.sae4j.features.collect.FeatureStatistics;
import dev.sae4j.features.collect.TokenScore;
import dev.sae4j.features.collect.TokenText;
import dev.sae4j.features.label.Label;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// What is known of each feature of one SAE. A book of our own making has every part; published
/// feature files have numbers and labels only, then the other parts are empty.
///
/// Books opened from disk read examples and logits where they lie; [#close()] releases the files.
/// Instances may be shared between threads.
public final class FeatureBook implements AutoCloseable {
    private final BookMeta meta;
    private final List<FeatureSummary> summaries;
    private final List<Label> labels;
    private final BookParts parts;

    FeatureBook(
            BookMeta meta, List<FeatureSummary> summaries, List<Label> labels, BookParts parts) {
        this.meta = meta;
        this.summaries = List.copyOf(summaries);
        this.labels = List.copyOf(labels);
        this.parts = parts;
    }

    /// Opens a folder with `feature_data.json` and whatever else of a book is there.
    ///
    /// @throws dev.sae4j.io.Sae4jException if a file is missing, damaged or of another book
    public static FeatureBook open(Path folder) {
        return BookReader.open(folder);
    }

    /// Writes all parts into a folder, which appears only when complete.
    public void write(Path folder) {
        BookWriter.write(this, parts, folder);
    }

    /// Where the book comes from.
    public BookMeta meta() {
        return meta;
    }

    /// Number of features.
    public int size() {
        return summaries.size();
    }

    /// The numbers of a feature.
    public FeatureSummary summary(int feature) {
        return summaries.get(feature);
    }

    /// What a feature is called; an empty label if nobody has named it.
    public Label label(int feature) {
        return labels.get(feature);
    }

    /// The strongest examples of a feature, the strongest first.
    public List<Example> examples(int feature) {
        return parts.examples().map(source -> source.of(feature)).orElse(List.of());
    }

    /// The tokens a feature raises most.
    public List<TokenScore> boosted(int feature) {
        return parts.lens().map(lens -> lens.boosted(feature)).orElse(List.of());
    }

    /// The tokens a feature lowers most.
    public List<TokenScore> suppressed(int feature) {
        return parts.lens().map(lens -> lens.suppressed(feature)).orElse(List.of());
    }

    /// The statistics the numbers were made of.
    public Optional<FeatureStatistics> statistics() {
        return parts.statistics();
    }

    /// The text of tokens, if the book knows it.
    public Optional<TokenText> text() {
        return parts.text();
    }

    @Override
    public void close() {
        parts.close();
    }
}
