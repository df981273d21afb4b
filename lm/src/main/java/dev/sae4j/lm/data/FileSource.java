package dev.sae4j.lm.data;

import dev.sae4j.io.FileStamps;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.lm.chat.ChatTemplate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
    public Map<String, String> identity() {
        Map<String, String> identity = new LinkedHashMap<>();
        if (options.column() != null) {
            identity.put("text column", options.column());
        }
        if (options.chat() != null) {
            identity.put("chat template, as it renders 'a' and 'b'", probe(options.chat()));
        }
        identity.putAll(FileStamps.of("data file", files.stream().map(DataFile::path).toList()));
        return identity;
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

    private static String probe(ChatTemplate template) {
        List<Map<String, Object>> conversation =
                List.of(
                        Map.of("role", "user", "content", "a"),
                        Map.of("role", "assistant", "content", "b"));
        try {
            return template.render(conversation, false);
        } catch (Sae4jException e) { // it may be meant for other conversations, or not be needed
            return String.valueOf(e.getMessage());
        }
    }

    private final class Walk extends Spliterators.AbstractSpliterator<Document> {
        private final long from;
        private int nextFile;
        private long number;
        private @Nullable Records records;

        private int empty; // records without text read last

        /// Read ahead, because the last document counts what is behind it; null before the first.
        private @Nullable Document waiting;

        /// Met when reading ahead.
        private @Nullable RuntimeException failure;

        Walk(long from) {
            super(Long.MAX_VALUE, Spliterator.ORDERED | Spliterator.NONNULL);
            this.from = from;
        }

        @Override
        public boolean tryAdvance(Consumer<? super Document> action) {
            Document ready = waiting;
            waiting = null;
            if (failure != null) {
                throw failure;
            }
            if (ready == null) {
                ready = read();
            }
            if (ready == null) {
                return false;
            }
            try {
                waiting = read();
            } catch (RuntimeException e) {
                failure = e; // what comes before it is good
            }
            boolean last = waiting == null && failure == null;
            action.accept(
                    last && empty > 0
                            ? new Document(ready.number(), ready.text(), ready.empty() + empty)
                            : ready);
            return true;
        }

        /// The next document, behind [#empty] records that have none; null at the end.
        private @Nullable Document read() {
            empty = 0;
            for (Records open = current(); open != null; open = current()) {
                if (number < from) {
                    number += open.skip(from - number);
                }
                String text = open.next();
                if (text == null) {
                    close();
                } else if (text.isBlank()) {
                    empty++;
                    number++;
                } else {
                    return new Document(Math.toIntExact(number++), text, empty);
                }
            }
            return null;
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
