package dev.sae4j.lm.chat;

import dev.sae4j.io.Sae4jException;

/// A chat template cannot be understood, or refuses a conversation.
public final class TemplateException extends Sae4jException {
    private static final long serialVersionUID = 1;

    public TemplateException(String message) {
        super(message);
    }

    static TemplateException at(int line, String message) {
        return new TemplateException("line %d of the chat template: %s".formatted(line, message));
    }
}
