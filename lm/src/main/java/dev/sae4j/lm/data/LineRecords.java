package dev.sae4j.lm.data;

import org.jspecify.annotations.Nullable;

/// A text file in UTF-8, one document a line; white space around a document is no part of it.
final class LineRecords implements Records {
    private final Utf8Lines lines;

    private LineRecords(Utf8Lines lines) {
        this.lines = lines;
    }

    static LineRecords open(DataFile file) {
        return new LineRecords(new Utf8Lines(file.path(), file.compression().open(file.path())));
    }

    @Override
    public @Nullable String next() {
        String line = lines.next();
        return line == null ? null : line.strip();
    }

    @Override
    public void close() {
        lines.close();
    }
}
