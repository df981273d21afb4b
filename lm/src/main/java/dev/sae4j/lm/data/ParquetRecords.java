package dev.sae4j.lm.data;

import dev.sae4j.io.Json;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.SafeFiles;
import dev.sae4j.lm.chat.ChatTemplate;
import dev.sae4j.lm.chat.TemplateException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Properties;
import java.util.stream.Collectors;
import org.duckdb.DuckDBDriver;
import org.jspecify.annotations.Nullable;

/// One column of a Parquet file, read by DuckDB row group by row group, on the calling thread.
final class ParquetRecords implements Records {
    /// A table reader's own memory; the file's row groups must fit.
    private static final String MEMORY = "1GB";

    private final Path file;
    private final Connection database;
    private final Column column;
    private final TextOptions options;
    private @Nullable Statement statement;
    private @Nullable ResultSet rows;
    private long row;

    private ParquetRecords(Path file, Connection database, TextOptions options)
            throws SQLException {
        this.file = file;
        this.database = database;
        this.options = options;
        column = column();
    }

    static ParquetRecords open(Path file, TextOptions options) {
        requireParquet(file);
        Connection database = null;
        try {
            database = connect();
            return new ParquetRecords(file, database, options);
        } catch (SQLException e) {
            close(database);
            throw problem(file, e);
        } catch (RuntimeException e) {
            close(database);
            throw e;
        }
    }

    /// Parquet files begin and end with the same four letters.
    private static void requireParquet(Path file) {
        try (var in = Files.newInputStream(file)) {
            if (!Arrays.equals(in.readNBytes(4), new byte[] {'P', 'A', 'R', '1'})) {
                throw Sae4jException.in(file, "is not a Parquet file: it does not begin with PAR1");
            }
        } catch (IOException e) {
            throw SafeFiles.cannotRead(file, e);
        }
    }

    private static Connection connect() throws SQLException {
        var properties = new Properties();
        properties.setProperty("threads", "1");
        properties.setProperty("memory_limit", MEMORY);
        properties.setProperty("autoinstall_known_extensions", "false");
        properties.setProperty("autoload_known_extensions", "false");
        properties.setProperty(DuckDBDriver.JDBC_STREAM_RESULTS, "true");
        return Objects.requireNonNull(new DuckDBDriver().connect("jdbc:duckdb:", properties));
    }

    private Column column() throws SQLException {
        List<Column.Found> columns = describe("*");
        String name = options.column();
        if (name == null) {
            return Column.usual(file, columns, options);
        }
        boolean whole = columns.stream().anyMatch(c -> c.name().equals(name));
        Column.Holds holds;
        try {
            holds = describe(whole ? quoted(name) : path(name)).getFirst().holds();
        } catch (SQLException e) {
            throw Column.missing(file, name, columns);
        }
        return Column.checked(file, new Column(name, whole, holds), columns, options);
    }

    private List<Column.Found> describe(String what) throws SQLException {
        List<Column.Found> columns = new ArrayList<>();
        try (Statement query = database.createStatement();
                ResultSet found =
                        query.executeQuery("DESCRIBE SELECT %s FROM %s".formatted(what, table()))) {
            while (found.next()) {
                String type = found.getString(2);
                columns.add(new Column.Found(found.getString(1), type, holds(type)));
            }
        }
        return columns;
    }

    private static Column.Holds holds(String type) {
        String lower = type.toLowerCase(Locale.ROOT).replace("\"", "");
        boolean messages =
                lower.startsWith("struct(")
                        && lower.endsWith("[]")
                        && ((lower.contains("role ") && lower.contains("content "))
                                || (lower.contains("from ") && lower.contains("value ")));
        return lower.equals("varchar")
                ? Column.Holds.TEXT
                : messages ? Column.Holds.CHAT : Column.Holds.OTHER;
    }

    /// The file as a table; letters that stand for other letters in a glob stand for themselves.
    private String table() {
        String name = file.toAbsolutePath().toString().replaceAll("[*?\\[]", "[$0]");
        return "read_parquet('%s')".formatted(name.replace("'", "''"));
    }

    private static String path(String name) {
        return Arrays.stream(name.split("\\.", -1))
                .map(ParquetRecords::quoted)
                .collect(Collectors.joining("."));
    }

    private static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    @Override
    public @Nullable String next() {
        try {
            ResultSet open = rows == null ? query() : rows;
            if (!open.next()) {
                return null;
            }
            row++;
            String value = open.getString(1);
            return value == null ? "" : text(value);
        } catch (SQLException e) {
            throw problem(file, e);
        }
    }

    private String text(String value) {
        if (column.holds() == Column.Holds.TEXT) {
            return value;
        }
        try {
            ChatTemplate template = Objects.requireNonNull(options.chat());
            return Conversations.text(template, Json.LENIENT.readTree(value));
        } catch (IllegalArgumentException | TemplateException e) {
            throw Sae4jException.in(file, "row %d: %s".formatted(row - 1, e.getMessage()), e);
        }
    }

    private ResultSet query() throws SQLException {
        String name = column.whole() ? quoted(column.name()) : path(column.name());
        String value = column.holds() == Column.Holds.CHAT ? "to_json(" + name + ")" : name;
        statement = database.createStatement();
        rows = statement.executeQuery("SELECT %s FROM %s OFFSET %d".formatted(value, table(), row));
        return rows;
    }

    @Override
    public long skip(long n) {
        if (rows != null) {
            return Records.super.skip(n);
        }
        try (Statement query = database.createStatement();
                ResultSet count = query.executeQuery("SELECT count(*) FROM " + table())) {
            count.next();
            long skipped = Math.min(n, count.getLong(1) - row);
            row += skipped;
            return skipped;
        } catch (SQLException e) {
            throw problem(file, e);
        }
    }

    private static Sae4jException problem(Path file, SQLException e) {
        String message = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
        return Sae4jException.in(
                file,
                "cannot be read as Parquet: %s; if it is cut short, copy or download it again"
                        .formatted(message),
                e);
    }

    private static void close(@Nullable AutoCloseable resource) {
        if (resource != null) {
            try {
                resource.close();
            } catch (Exception e) {
                System.getLogger(ParquetRecords.class.getName())
                        .log(System.Logger.Level.DEBUG, "closing a Parquet file", e);
            }
        }
    }

    @Override
    public void close() {
        close(rows);
        close(statement);
        close(database);
    }
}
