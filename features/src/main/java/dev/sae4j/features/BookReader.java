package dev.sae4j.features;

import dev.sae4j.features.collect.FeatureStatistics;
import dev.sae4j.features.collect.LogitLens;
import dev.sae4j.features.collect.TokenText;
import dev.sae4j.features.label.Label;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.Safetensors;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// Opens a folder as a book: `feature_data.json` must be there, any other part may be missing.
final class BookReader {
    private BookReader() {}

    static FeatureBook open(Path folder) {
        if (!Files.isRegularFile(folder.resolve(FeatureDataFile.NAME))) {
            throw Sae4jException.in(
                    folder, "is not a feature book: it has no " + FeatureDataFile.NAME);
        }
        FeatureDataFile.Content data = FeatureDataFile.read(folder);
        int features = data.features().size();
        List<Label> labels = LabelDetailsFile.addTo(folder, LabelFiles.read(folder, features));
        Optional<FeatureStatistics> statistics =
                part(folder, Columns.STATISTICS, file -> Columns.readStatistics(file, features));
        Optional<LogitLens> lens =
                part(folder, Columns.LOGITS, file -> Columns.readLogits(file, features));
        Optional<TokenText> text = part(folder, Columns.TOKENS, Columns::readTokens);
        Optional<Safetensors> examples = part(folder, ExampleColumns.NAME, Safetensors::open);
        try {
            Optional<BookParts.ExampleSource> source =
                    examples.map(columns -> new ExampleColumns(columns, features));
            var parts =
                    new BookParts(
                            statistics,
                            source,
                            lens,
                            text,
                            () -> examples.ifPresent(Safetensors::close));
            return new FeatureBook(data.meta(), data.features(), labels, parts);
        } catch (RuntimeException e) {
            examples.ifPresent(Safetensors::close);
            throw e;
        }
    }

    private static <T> Optional<T> part(Path folder, String name, Function<Path, T> read) {
        Path file = folder.resolve(name);
        return Files.isRegularFile(file) ? Optional.of(read.apply(file)) : Optional.empty();
    }
}
