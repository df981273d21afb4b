package dev.sae4j.lm.data;

import de.siegmar.fastcsv.reader.CloseableIterator;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.SafeFiles;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/// Separated values in UTF-8 with names in the first line; a quoted value may go over several lines.
final class CsvRecords implements Records {
    /// A longer record comes from a quote that is not closed.
    private static final int MAX_RECORD = 64 << 20;

    private final Path file;
    private final CloseableIterator<CsvRecord> records;
    private int column;
    private long line = 1;

    private CsvRecords(Path file, CloseableIterator<CsvRecord> records) {
        this.file = file;
        this.records = records;
    }

    static CsvRecords open(DataFile file, char separator, TextOptions options) {
        Reader reader =
                new InputStreamReader(
                        file.compression().open(file.path()), StandardCharsets.UTF_8.newDecoder());
        var csv =
                CsvReader.builder()
                        .fieldSeparator(separator)
                        .maxBufferSize(MAX_RECORD)
                        .allowUnclosedQuote(false)
                        .ofCsvRecord(reader);
        var records = new CsvRecords(file.path(), csv.iterator());
        try {
            records.readHeader(options);
            return records;
        } catch (RuntimeException e) {
            records.close();
            throw e;
        }
    }

    private void readHeader(TextOptions options) {
        CsvRecord header = record();
        if (header == null) {
            throw Sae4jException.in(file, "is empty: expected the names of the columns in line 1");
        }
        List<Column.Found> columns = new ArrayList<>();
        for (String field : header.getFields()) {
            String name =
                    columns.isEmpty() && field.startsWith("\ufeff") ? field.substring(1) : field;
            columns.add(new Column.Found(name, "string", Column.Holds.TEXT));
        }
        String wanted =
                options.column() == null
                        ? Column.usual(file, columns, options).name()
                        : options.column();
        column = columns.stream().map(Column.Found::name).toList().indexOf(wanted);
        if (column < 0) {
            throw Column.missing(file, wanted, columns);
        }
    }

    private @Nullable CsvRecord record() {
        try {
            if (!records.hasNext()) {
                return null;
            }
            CsvRecord record = records.next();
            line = record.getStartingLineNumber();
            return record;
        } catch (NoSuchElementException e) {
            return null;
        } catch (CsvParseException e) {
            throw problem(e);
        } catch (UncheckedIOException e) {
            throw problem(e);
        }
    }

    private Sae4jException problem(Exception e) {
        Throwable cause = e;
        for (Throwable next = e; next != null && !(cause instanceof IOException); ) {
            cause = next;
            next = next.getCause();
        }
        if (cause instanceof CharacterCodingException) {
            return Sae4jException.in(
                    file,
                    "is not UTF-8 text somewhere behind line %d; convert it first (iconv -t UTF-8)"
                            .formatted(line),
                    e);
        }
        return cause instanceof IOException io
                ? SafeFiles.cannotRead(file, io)
                : Sae4jException.in(
                        file,
                        "cannot be read behind the record of line %d: %s"
                                .formatted(line, e.getMessage()),
                        e);
    }

    @Override
    public @Nullable String next() {
        CsvRecord record = record();
        if (record == null) {
            return null;
        }
        String text = record.getField(column);
        if (text.indexOf('\0') >= 0) {
            throw Sae4jException.in(
                    file,
                    "holds a zero byte in the record of line %d: a binary file, or UTF-16; expected text in UTF-8"
                            .formatted(line));
        }
        return text;
    }

    @Override
    public void close() {
        try {
            records.close();
        } catch (IOException e) {
            throw SafeFiles.cannotRead(file, e);
        }
    }
}
