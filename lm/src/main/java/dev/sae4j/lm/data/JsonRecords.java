package dev.sae4j.lm.data;

import dev.sae4j.io.Json;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.SafeFiles;
import dev.sae4j.lm.chat.TemplateException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// JSON objects, one after the other (lines of JSON) or in one array.
///
/// Which columns there are is told by the first objects; where a later one lacks the text, or has
/// null, it has none.
final class JsonRecords implements Records {
    /// Objects looked at to find out the columns.
    private static final int SAMPLE = 64;

    private static final JsonMapper MAPPER =
            Json.LENIENT.rebuild().disable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

    private final Path file;
    private final JsonParser parser;
    private final TextOptions options;
    private final boolean inArray;
    private final ArrayDeque<Placed> waiting = new ArrayDeque<>();
    private @Nullable JsonColumn column;

    /// An object and the line on which it begins.
    private record Placed(JsonNode object, long line) {}

    private JsonRecords(Path file, JsonParser parser, TextOptions options) {
        this.file = file;
        this.parser = parser;
        this.options = options;
        try {
            inArray = parser.nextToken() == JsonToken.START_ARRAY;
            if (inArray) {
                parser.nextToken();
            }
        } catch (JacksonException e) {
            throw notJson(file, e);
        }
    }

    static JsonRecords open(DataFile file, TextOptions options) {
        InputStream in = file.compression().open(file.path());
        JsonRecords records = null;
        try {
            records = new JsonRecords(file.path(), MAPPER.createParser(in), options);
            records.chooseColumn();
            return records;
        } catch (RuntimeException e) {
            if (records != null) {
                records.close();
            }
            throw e instanceof JacksonException json ? notJson(file.path(), json) : e;
        }
    }

    private void chooseColumn() {
        while (waiting.size() < SAMPLE) {
            Placed next = read();
            if (next == null) {
                break;
            }
            waiting.add(next);
        }
        List<JsonNode> sample = waiting.stream().map(Placed::object).toList();
        if (!sample.isEmpty()) {
            column = JsonColumn.choose(file, sample, options);
        }
    }

    private @Nullable Placed read() {
        try {
            JsonToken token = parser.currentToken();
            if (token == null || (inArray && token == JsonToken.END_ARRAY)) {
                return null;
            }
            long line = parser.currentTokenLocation().getLineNr();
            if (token != JsonToken.START_OBJECT) {
                throw Sae4jException.in(
                        file,
                        "line %d holds %s: expected objects with columns, one a line or in an array"
                                .formatted(line, token.name().toLowerCase(Locale.ROOT)));
            }
            JsonNode object = MAPPER.readTree(parser);
            parser.nextToken();
            return new Placed(object, line);
        } catch (JacksonException e) {
            throw notJson(file, e);
        }
    }

    private static Sae4jException notJson(Path file, JacksonException e) {
        long line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
        return e.getCause() instanceof IOException io
                ? SafeFiles.cannotRead(file, io)
                : Sae4jException.in(
                        file, "line %d is not JSON: %s".formatted(line, e.getOriginalMessage()), e);
    }

    @Override
    public @Nullable String next() {
        Placed next = waiting.isEmpty() ? read() : waiting.remove();
        if (next == null) {
            return null;
        }
        try {
            return Objects.requireNonNull(column).text(next.object);
        } catch (IllegalArgumentException | TemplateException e) {
            throw Sae4jException.in(
                    file, "the object on line %d: %s".formatted(next.line, e.getMessage()), e);
        }
    }

    @Override
    public long skip(long n) {
        long skipped = 0;
        while (skipped < n && (waiting.poll() != null || read() != null)) {
            skipped++;
        }
        return skipped;
    }

    @Override
    public void close() {
        parser.close();
    }

    /// The columns of some objects with the types of their values.
    static List<Column.Found> columns(List<JsonNode> objects) {
        Map<String, JsonNode> values = new LinkedHashMap<>();
        for (JsonNode object : objects) {
            for (var entry : object.properties()) {
                values.merge(
                        entry.getKey(),
                        entry.getValue(),
                        (a, b) -> a.isNull() || (a.isArray() && a.isEmpty()) ? b : a);
            }
        }
        List<Column.Found> columns = new ArrayList<>();
        values.forEach((name, value) ->
                columns.add(
                        new Column.Found(name, JsonColumn.type(value), JsonColumn.holds(value))));
        return columns;
    }
}
