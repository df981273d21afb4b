package dev.sae4j.lm.data;

import dev.sae4j.io.UsageException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Documents in a fixed order, numbered from 0. May be read as often as needed.
public interface TextSource {
    /// What a store or a report calls this data set.
    String name();

    /// What tells this text from another one, by what each fact is about: files and what they are, the
    /// column that is read. Files are not read whole for it.
    default Map<String, String> identity() {
        return Map.of();
    }

    /// The documents, read while they are asked for; close the stream.
    ///
    /// @throws dev.sae4j.io.Sae4jException here or later, if the text cannot be read
    Stream<Document> documents();

    /// As [#documents()], from the document with this number on. Files pass over what comes before
    /// as fast as their kind allows.
    default Stream<Document> documents(long from) {
        return documents().dropWhile(document -> document.number() < from);
    }

    /// Hands over all documents, in order.
    default void forEach(Consumer<Document> receiver) {
        try (Stream<Document> documents = documents()) {
            documents.forEachOrdered(receiver);
        }
    }

    /// As [#open(String, TextOptions)] with the usual column.
    static TextSource open(String data) {
        return open(data, TextOptions.USUAL);
    }

    /// Opens what `--data` names: `wordnet`, `wordnet-held-out`, a file, a folder of files, or a
    /// pattern of file names. Files are looked into, so that wrong ones are refused now.
    ///
    /// @throws UsageException if the name is none of these
    static TextSource open(String data, TextOptions options) {
        return switch (data) {
            case WordNet.NAME -> WordNet.source(WordNet.Split.TRAIN);
            case WordNet.NAME_HELD_OUT -> WordNet.source(WordNet.Split.HELD_OUT);
            default -> {
                List<DataFile> files = data.isBlank() ? List.of() : DataFiles.find(data);
                if (files.isEmpty()) {
                    throw new UsageException(
                            "data '%s' is not known: give %s, %s, a file (%s; also .gz, .zst), a folder of such files or a pattern"
                                    .formatted(
                                            data,
                                            WordNet.NAME,
                                            WordNet.NAME_HELD_OUT,
                                            DataFile.endings()));
                }
                yield FileSource.open(DataFiles.name(data), files, options);
            }
        };
    }

    /// Opens several files of one kind as one data set, in this order.
    ///
    /// @param name what a store or a report calls it
    /// @param files at least one
    static TextSource ofFiles(String name, List<Path> files, TextOptions options) {
        if (files.isEmpty()) {
            throw new UsageException("%s has no data files".formatted(name));
        }
        return FileSource.open(name, DataFiles.of(files), options);
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
                return documents(0);
            }

            @Override
            public Stream<Document> documents(long from) {
                int first = Math.clamp(from, 0, copy.size());
                return IntStream.range(first, copy.size())
                        .mapToObj(i -> new Document(i, copy.get(i)));
            }
        };
    }
}
