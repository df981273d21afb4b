package dev.sae4j.lm.data;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.SafeFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Spliterators;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/// A text file in UTF-8, one document a line. Lines without text are left out and not counted; white
/// space around a document is no part of it.
record TextFile(Path file) implements TextSource {
    /// Looks at the file's beginning.
    static TextFile open(Path file) {
        if (Files.isDirectory(file)) {
            throw Sae4jException.in(file, "is a folder: expected a text file, one document a line");
        }
        var source = new TextFile(file);
        try (Stream<Document> documents = source.documents()) {
            if (documents.findFirst().isEmpty()) {
                throw Sae4jException.in(file, "holds no text: expected one document a line");
            }
        }
        return source;
    }

    @Override
    public String name() {
        return file.getFileName().toString();
    }

    @Override
    public Stream<Document> documents() {
        Utf8Lines lines;
        try {
            lines = new Utf8Lines(file, Files.newInputStream(file));
        } catch (IOException e) {
            throw SafeFiles.cannotRead(file, e);
        }
        return StreamSupport.stream(new Documents(lines), false).onClose(lines::close);
    }

    private static final class Documents extends Spliterators.AbstractSpliterator<Document> {
        private final Utf8Lines lines;
        private int number;

        Documents(Utf8Lines lines) {
            super(Long.MAX_VALUE, ORDERED | NONNULL);
            this.lines = lines;
        }

        @Override
        public boolean tryAdvance(Consumer<? super Document> action) {
            for (String line = lines.next(); line != null; line = lines.next()) {
                String text = line.strip();
                if (!text.isEmpty()) {
                    action.accept(new Document(number++, text));
                    return true;
                }
            }
            return false;
        }
    }
}
