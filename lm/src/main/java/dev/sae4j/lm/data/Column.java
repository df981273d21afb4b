package dev.sae4j.lm.data;

import dev.sae4j.io.Sae4jException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The column that a data set's text stands in.
///
/// @param name as it stands in the file, or `a.b` for a field of a column
/// @param whole false for a field of a column
/// @param holds text or conversations
record Column(String name, boolean whole, Holds holds) {
    private static final String USUAL = "text";
    private static final Set<String> CONVERSATIONS = Set.of("messages", "conversations");

    /// What can be made a document.
    enum Holds {
        TEXT,
        CHAT,
        /// Something else, or nothing that is known.
        OTHER
    }

    /// A column that a file has.
    ///
    /// @param type as the file or its reader calls it, for messages
    record Found(String name, String type, Holds holds) {}

    /// Chooses among the columns of a file when nobody has named one.
    ///
    /// @throws Sae4jException listing the columns if no choice is clear
    static Column usual(Path file, List<Found> columns, TextOptions options) {
        Found chosen = choose(columns);
        if (chosen == null) {
            throw Sae4jException.in(
                    file,
                    "has no column 'text' and not exactly one column of strings: name one with --text-column; its columns are "
                            + list(columns));
        }
        return checked(file, new Column(chosen.name, true, chosen.holds), columns, options);
    }

    private static @Nullable Found choose(List<Found> columns) {
        for (Found column : columns) {
            if (column.name.equals(USUAL) && column.holds == Holds.TEXT) {
                return column;
            }
        }
        for (Found column : columns) {
            if (CONVERSATIONS.contains(column.name) && column.holds == Holds.CHAT) {
                return column;
            }
        }
        List<Found> texts = columns.stream().filter(c -> c.holds == Holds.TEXT).toList();
        return texts.size() == 1 ? texts.getFirst() : null;
    }

    /// Refuses conversations without a template, and what is neither text nor conversations.
    static Column checked(Path file, Column column, List<Found> columns, TextOptions options) {
        if (column.holds == Holds.OTHER) {
            throw Sae4jException.in(
                    file,
                    "column '%s' holds neither text nor conversations; its columns are %s"
                            .formatted(column.name, list(columns)));
        }
        if (column.holds == Holds.CHAT && options.chat() == null) {
            throw Sae4jException.in(
                    file,
                    "column '%s' holds conversations, and the model has no chat template: give one with --chat-template FILE, or a column of text with --text-column; its columns are %s"
                            .formatted(column.name, list(columns)));
        }
        return column;
    }

    static Sae4jException missing(Path file, String name, List<Found> columns) {
        return Sae4jException.in(
                file,
                "has no column '%s' (--text-column); its columns are %s"
                        .formatted(name, list(columns)));
    }

    private static String list(List<Found> columns) {
        return columns.isEmpty()
                ? "none"
                : columns.stream()
                        .map(c -> c.name + " (" + c.type + ")")
                        .collect(Collectors.joining(", "));
    }
}
