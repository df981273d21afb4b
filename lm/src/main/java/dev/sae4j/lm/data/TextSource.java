package dev.sae4j.lm.data;

import dev.sae4j.io.UsageException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Documents in a fixed order, numbered from 0. May be read as often as needed.
public interface TextSource {
    /// What a store or a report calls this data set.
    String name();

    /// The documents, read while they are asked for; close the stream.
    ///
    /// @throws dev.sae4j.io.Sae4jException here or later, if the text cannot be read
    Stream<Document> documents();

    /// Hands over all documents, in order.
    default void forEach(Consumer<Document> receiver) {
        try (Stream<Document> documents = documents()) {
            documents.forEachOrdered(receiver);
        }
    }

    /// Opens what `--data` names: `wordnet`, `wordnet-held-out`, or a `.txt` file with one document
    /// a line. A file is looked into, so that a wrong one is refused now.
    ///
    /// @throws UsageException if the name is none of these
    static TextSource open(String data) {
        return switch (data) {
            case WordNet.NAME -> WordNet.source(WordNet.Split.TRAIN);
            case WordNet.NAME_HELD_OUT -> WordNet.source(WordNet.Split.HELD_OUT);
            case String file when file.toLowerCase(Locale.ROOT).endsWith(".txt") ->
                    TextFile.open(Path.of(file));
            default ->
                    throw new UsageException(
                            "data '%s' is not known: give %s, %s, or a .txt file with one document a line in UTF-8"
                                    .formatted(data, WordNet.NAME, WordNet.NAME_HELD_OUT));
        };
    }

    /// Documents that are in memory.
    static TextSource of(String name, List<String> texts) {
        List<String> copy = List.copyOf(texts);
        return new TextSource() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public Stream<Document> documents() {
                return IntStream.range(0, copy.size()).mapToObj(i -> new Document(i, copy.get(i)));
            }
        };
    }
}
