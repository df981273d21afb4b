package dev.sae4j.lm.data;

import dev.sae4j.io.Sae4jException;
import java.util.List;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/// The documents of files, one file after the other.
///
/// @param files at least one, in order
record FileSource(String name, List<DataFile> files, TextOptions options) implements TextSource {
    /// Looks into the files until there is a document.
    static FileSource open(String name, List<DataFile> files, TextOptions options) {
        var source = new FileSource(name, List.copyOf(files), options);
        try (Stream<Document> documents = source.documents()) {
            if (documents.findFirst().isEmpty()) {
                DataFile first = files.getFirst();
                throw Sae4jException.in(
                        first.path(),
                        first.kind() == DataFile.Kind.LINES
                                ? "holds no text: expected one document a line"
                                : "holds no text: every record is empty");
            }
        }
        return source;
    }

    @Override
    public Stream<Document> documents() {
        return documents(0);
    }

    @Override
    public Stream<Document> documents(long from) {
        var walk = new Walk(from);
        return StreamSupport.stream(walk, false).onClose(walk::close);
    }

    private final class Walk extends Spliterators.AbstractSpliterator<Document> {
        private final long from;
        private int nextFile;
        private long number;
        private @Nullable Records records;

        Walk(long from) {
            super(Long.MAX_VALUE, Spliterator.ORDERED | Spliterator.NONNULL);
            this.from = from;
        }

        @Override
        public boolean tryAdvance(Consumer<? super Document> action) {
            int empty = 0;
            while (true) {
                Records open = current();
                if (open == null) {
                    return false;
                }
                if (number < from) {
                    number += open.skip(from - number);
                }
                String text = open.next();
                if (text == null) {
                    close();
                    continue;
                }
                if (!text.isBlank()) {
                    action.accept(new Document(Math.toIntExact(number++), text, empty));
                    return true;
                }
                empty++;
                number++;
            }
        }

        private @Nullable Records current() {
            if (records == null && nextFile < files.size()) {
                records = files.get(nextFile++).open(options);
            }
            return records;
        }

        void close() {
            if (records != null) {
                records.close();
                records = null;
            }
        }
    }
}
