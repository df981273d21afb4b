package dev.sae4j.lm.data;

import dev.sae4j.lm.chat.ChatTemplate;
import org.jspecify.annotations.Nullable;

/// How to find the text in files of records.
///
/// @param column name of the column with the text, `a.b` for field `b` of column `a`; null for
///     `text`, else a column of conversations, else the only column of strings
/// @param chat turns conversations into text; null if the model has no template
public record TextOptions(@Nullable String column, @Nullable ChatTemplate chat) {
    /// The usual column, no conversations.
    public static final TextOptions USUAL = new TextOptions(null, null);
}
