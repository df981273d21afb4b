package dev.sae4j.lm.chat;

import java.util.List;

/// Tokens in order, with one that may be looked at.
final class TokenReader {
    private final List<Token> tokens;
    private int at;

    TokenReader(List<Token> tokens) {
        this.tokens = tokens;
    }

    Token peek() {
        return tokens.get(at);
    }

    Token next() {
        Token token = tokens.get(at);
        at = Math.min(at + 1, tokens.size() - 1);
        return token;
    }

    boolean isOperator(String operator) {
        return peek().is(Token.Kind.OPERATOR, operator);
    }

    boolean isName(String name) {
        return peek().is(Token.Kind.NAME, name);
    }

    /// True for the name behind the next token.
    boolean isNameBehind(String name) {
        return at + 1 < tokens.size() && tokens.get(at + 1).is(Token.Kind.NAME, name);
    }

    boolean takeOperator(String operator) {
        return isOperator(operator) && next() != null;
    }

    boolean takeName(String name) {
        return isName(name) && next() != null;
    }

    Token expect(Token.Kind kind, String what) {
        Token token = next();
        if (token.kind() != kind) {
            throw unexpected(token, what);
        }
        return token;
    }

    void expectOperator(String operator) {
        Token token = next();
        if (!token.is(Token.Kind.OPERATOR, operator)) {
            throw unexpected(token, "'" + operator + "'");
        }
    }

    static TemplateException unexpected(Token token, String expected) {
        String found =
                switch (token.kind()) {
                    case END -> "the end";
                    case BLOCK_END -> "%}";
                    case PRINT_END -> "}}";
                    default -> "'" + token.text() + "'";
                };
        return TemplateException.at(
                token.line(), "found %s, expected %s".formatted(found, expected));
    }
}
