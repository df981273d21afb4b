package dev.sae4j.lm.chat;

/// A piece of a template.
///
/// @param text what stands there; of strings the content
record Token(Kind kind, String text, int line) {
    /// What a piece is.
    enum Kind {
        /// text between tags
        DATA,
        /// `{%`
        BLOCK_BEGIN,
        /// `%}`
        BLOCK_END,
        /// `{{`
        PRINT_BEGIN,
        /// `}}`
        PRINT_END,
        NAME,
        STRING,
        INTEGER,
        FLOAT,
        OPERATOR,
        END
    }

    boolean is(Kind wanted, String content) {
        return kind == wanted && text.equals(content);
    }
}
