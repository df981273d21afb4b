package dev.sae4j.lm.data;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/// A file of a data set.
record DataFile(Path path, Kind kind, Compression compression) {
    /// What a file holds, told by its name.
    enum Kind {
        LINES("one document a line", ".txt .text"),
        JSON("JSON objects", ".jsonl .ndjson .json"),
        CSV("comma-separated values", ".csv"),
        TSV("tab-separated values", ".tsv"),
        PARQUET("Parquet", ".parquet");

        private final String what;
        private final String endings; // with spaces between them

        Kind(String what, String endings) {
            this.what = what;
            this.endings = endings;
        }

        @Override
        public String toString() {
            return what;
        }
    }

    /// The file, if its name tells a kind that can be read.
    static Optional<DataFile> of(Path path) {
        Path last = path.getFileName();
        String name = last == null ? "" : last.toString().toLowerCase(Locale.ROOT);
        Compression compression = Compression.of(name);
        String plain = compression.strip(name);
        return Arrays.stream(Kind.values())
                .filter(kind ->
                        Arrays.stream(kind.endings.split(" ", -1)).anyMatch(plain::endsWith))
                .filter(kind -> kind != Kind.PARQUET || compression == Compression.NONE)
                .findFirst()
                .map(kind -> new DataFile(path, kind, compression));
    }

    /// The endings that can be read, for messages.
    static String endings() {
        return Arrays.stream(Kind.values())
                .flatMap(kind -> Arrays.stream(kind.endings.split(" ", -1)))
                .collect(Collectors.joining(", "));
    }

    Records open(TextOptions options) {
        return switch (kind) {
            case LINES -> LineRecords.open(this);
            case JSON -> JsonRecords.open(this, options);
            case CSV -> CsvRecords.open(this, ',', options);
            case TSV -> CsvRecords.open(this, '\t', options);
            case PARQUET -> ParquetRecords.open(path, options);
        };
    }
}
