package dev.sae4j.lm.data;

import dev.sae4j.lm.chat.ChatTemplate;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import tools.jackson.databind.JsonNode;

/// Takes the text out of JSON objects.
///
/// @param column where it stands
/// @param path the column's name, or the names from a column to a field of it
record JsonColumn(Column column, List<String> path, TextOptions options) {
    /// Finds the column that the options name, or the usual one.
    ///
    /// @param sample some objects of the file, at least one
    static JsonColumn choose(Path file, List<JsonNode> sample, TextOptions options) {
        List<Column.Found> columns = JsonRecords.columns(sample);
        String name = options.column();
        if (name == null) {
            Column usual = Column.usual(file, columns, options);
            return new JsonColumn(usual, List.of(usual.name()), options);
        }
        boolean whole = columns.stream().anyMatch(c -> c.name().equals(name));
        List<String> path = whole ? List.of(name) : List.of(name.split("\\.", -1));
        JsonNode value = null;
        for (JsonNode object : sample) {
            JsonNode at = at(object, path);
            if (!at.isMissingNode() && (value == null || value.isNull())) {
                value = at;
            }
        }
        if (value == null) {
            throw Column.missing(file, name, columns);
        }
        Column column = new Column(name, whole, value.isNull() ? Column.Holds.TEXT : holds(value));
        return new JsonColumn(Column.checked(file, column, columns, options), path, options);
    }

    private static JsonNode at(JsonNode object, List<String> path) {
        JsonNode at = object;
        for (String name : path) {
            at = at.path(name);
        }
        return at;
    }

    /// @throws IllegalArgumentException if there is something else than text
    String text(JsonNode object) {
        JsonNode value = at(object, path);
        if (value.isMissingNode() || value.isNull()) {
            return "";
        }
        if (column.holds() == Column.Holds.CHAT) {
            ChatTemplate template = Objects.requireNonNull(options.chat());
            return Conversations.text(template, value);
        }
        if (!value.isString()) {
            throw new IllegalArgumentException(
                    "'%s' holds %s: expected text".formatted(column.name(), type(value)));
        }
        return value.asString();
    }

    static String type(JsonNode value) {
        return Conversations.looksLike(value)
                ? "list of messages"
                : value.isArray() ? "list" : value.getNodeType().name().toLowerCase(Locale.ROOT);
    }

    static Column.Holds holds(JsonNode value) {
        return value.isString()
                ? Column.Holds.TEXT
                : Conversations.looksLike(value) ? Column.Holds.CHAT : Column.Holds.OTHER;
    }
}
