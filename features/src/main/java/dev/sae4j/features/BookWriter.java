package dev.sae4j.features;

import dev.sae4j.features.label.Label;
import dev.sae4j.io.AtomicFolder;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/// Writes a book as a folder.
final class BookWriter {
    private BookWriter() {}

    static void write(FeatureBook book, BookParts parts, Path target) {
        List<FeatureSummary> summaries =
                IntStream.range(0, book.size()).mapToObj(book::summary).toList();
        List<Label> labels = IntStream.range(0, book.size()).mapToObj(book::label).toList();
        try (AtomicFolder folder = AtomicFolder.create(target)) {
            Path path = folder.path();
            FeatureDataFile.write(path, book.meta(), summaries);
            LabelFiles.write(path, labels);
            LabelDetailsFile.write(path, labels);
            parts.statistics().ifPresent(statistics -> Columns.write(path, statistics));
            parts.lens().ifPresent(lens -> Columns.write(path, book.size(), lens));
            parts.text().ifPresent(text -> Columns.write(path, text));
            parts.examples().ifPresent(source -> ExampleColumns.write(path, book.size(), source));
            folder.commit();
        }
    }
}
