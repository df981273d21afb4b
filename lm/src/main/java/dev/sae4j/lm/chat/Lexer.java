package dev.sae4j.lm.chat;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Cuts a template into tokens, with `trim_blocks` and `lstrip_blocks` as chat templates are read:
/// the line end behind a block goes with it, and so does the space in front of a block that begins a
/// line. A minus sign inside a tag takes all white space on its side, a plus sign none.
final class Lexer {
    private static final Pattern TAG = Pattern.compile("\\{[%{#]");
    private static final Pattern NUMBER =
            Pattern.compile("\\d+(?:_\\d+)*(\\.\\d+(?:[eE][+-]?\\d+)?|[eE][+-]?\\d+)?");
    private static final Pattern NAME = Pattern.compile("[\\p{L}_][\\p{L}\\p{N}_]*");
    private static final Pattern RAW = Pattern.compile("\\s*raw\\s*(-%\\}\\s*|%\\})");
    private static final Pattern END_RAW = Pattern.compile("\\{%([-+]?)\\s*endraw\\s*([-+]?)%\\}");
    private static final String[] OPERATORS = {
        "**", "//", "==", "!=", "<=", ">=", "+", "-", "*", "/", "%", "~", "<", ">", "=", "(", ")",
        "[", "]", "{", "}", ".", ",", ":", "|", ";"
    };

    private final String source;
    private final List<Token> tokens = new ArrayList<>();
    private int at;
    private int line = 1;
    private boolean lineStarts = true;

    private Lexer(String source) {
        this.source = source;
    }

    static List<Token> read(String template) {
        String text = template.replace("\r\n", "\n").replace('\r', '\n');
        var lexer = new Lexer(text.endsWith("\n") ? text.substring(0, text.length() - 1) : text);
        lexer.run();
        return lexer.tokens;
    }

    private void run() {
        Matcher tag = TAG.matcher(source);
        while (tag.find(at)) {
            String before = source.substring(at, tag.start());
            char kind = source.charAt(tag.start() + 1);
            char sign = charAt(tag.end());
            data(stripped(before, kind, sign));
            line += lines(before);
            at = tag.end() + (sign == '-' || sign == '+' ? 1 : 0);
            switch (kind) {
                case '#' -> comment();
                case '{' -> expression(Token.Kind.PRINT_BEGIN, Token.Kind.PRINT_END, "}}");
                default -> block();
            }
        }
        data(source.substring(at));
        add(Token.Kind.END, "");
    }

    private String stripped(String before, char kind, char sign) {
        if (sign == '-') {
            return before.stripTrailing();
        }
        int start = before.lastIndexOf('\n') + 1;
        boolean alone = (start > 0 || lineStarts) && before.substring(start).isBlank();
        return kind != '{' && sign != '+' && alone ? before.substring(0, start) : before;
    }

    private void data(String text) {
        if (!text.isEmpty()) {
            add(Token.Kind.DATA, text);
        }
    }

    private void comment() {
        int end = source.indexOf("#}", at);
        if (end < 0) {
            throw TemplateException.at(line, "the comment has no end: expected #}");
        }
        line += lines(source.substring(at, end));
        char sign = end > at ? source.charAt(end - 1) : ' ';
        at = end + 2;
        behind(sign, true);
    }

    private void block() {
        Matcher raw = RAW.matcher(source).region(at, source.length());
        if (raw.lookingAt()) {
            line += lines(raw.group());
            at = raw.end();
            raw();
        } else {
            expression(Token.Kind.BLOCK_BEGIN, Token.Kind.BLOCK_END, "%}");
        }
    }

    private void raw() {
        Matcher end = END_RAW.matcher(source);
        if (!end.find(at)) {
            throw TemplateException.at(line, "'raw' has no end: expected {% endraw %}");
        }
        String text = source.substring(at, end.start());
        data(stripped(text, '%', end.group(1).isEmpty() ? ' ' : end.group(1).charAt(0)));
        line += lines(source.substring(at, end.end()));
        at = end.end();
        behind(end.group(2).isEmpty() ? ' ' : end.group(2).charAt(0), true);
    }

    /// White space behind a tag.
    private void behind(char sign, boolean trims) {
        int from = at;
        if (sign == '-') {
            while (at < source.length() && Character.isWhitespace(source.charAt(at))) {
                at++;
            }
        } else if (trims && sign != '+' && charAt(at) == '\n') {
            at++;
        }
        line += lines(source.substring(from, at));
        lineStarts = at > from && source.charAt(at - 1) == '\n';
    }

    private void expression(Token.Kind begin, Token.Kind end, String close) {
        add(begin, "");
        int depth = 0;
        while (true) {
            while (at < source.length() && Character.isWhitespace(source.charAt(at))) {
                line += source.charAt(at++) == '\n' ? 1 : 0;
            }
            if (at >= source.length()) {
                throw TemplateException.at(line, "a tag has no end: expected " + close);
            }
            char c = source.charAt(at);
            boolean signed = (c == '-' || c == '+') && source.startsWith(close, at + 1);
            if (depth == 0 && (signed || source.startsWith(close, at))) {
                at += close.length() + (signed ? 1 : 0);
                add(end, "");
                behind(signed ? c : ' ', end == Token.Kind.BLOCK_END);
                return;
            }
            depth += "([{".indexOf(c) >= 0 ? 1 : ")]}".indexOf(c) >= 0 ? -1 : 0;
            piece(c);
        }
    }

    private void piece(char c) {
        if (c == '\'' || c == '"') {
            string(c);
            return;
        }
        Matcher number = NUMBER.matcher(source).region(at, source.length());
        Matcher name = NAME.matcher(source).region(at, source.length());
        if (number.lookingAt()) {
            boolean whole = number.group(1) == null;
            add(whole ? Token.Kind.INTEGER : Token.Kind.FLOAT, number.group().replace("_", ""));
            at = number.end();
        } else if (name.lookingAt()) {
            add(Token.Kind.NAME, name.group());
            at = name.end();
        } else {
            operator(c);
        }
    }

    private void operator(char c) {
        for (String operator : OPERATORS) {
            if (source.startsWith(operator, at)) {
                add(Token.Kind.OPERATOR, operator);
                at += operator.length();
                return;
            }
        }
        throw TemplateException.at(line, "unexpected character '%s'".formatted(c));
    }

    private void string(char quote) {
        var text = new StringBuilder();
        int first = line;
        at++;
        while (charAt(at) != quote) {
            if (at >= source.length()) {
                throw TemplateException.at(first, "a string has no end");
            }
            char c = source.charAt(at++);
            line += c == '\n' ? 1 : 0;
            if (c == '\\' && at < source.length()) {
                escape(text);
            } else {
                text.append(c);
            }
        }
        at++;
        tokens.add(new Token(Token.Kind.STRING, text.toString(), first));
    }

    /// As in a Python string.
    private void escape(StringBuilder text) {
        char c = source.charAt(at++);
        switch (c) {
            case 'n' -> text.append('\n');
            case 't' -> text.append('\t');
            case 'r' -> text.append('\r');
            case '\\', '\'', '"' -> text.append(c);
            case '\n' -> line++;
            case 'x' -> code(text, 2);
            case 'u' -> code(text, 4);
            case 'U' -> code(text, 8);
            default -> text.append('\\').append(c);
        }
    }

    private void code(StringBuilder text, int digits) {
        try {
            text.appendCodePoint(Integer.parseInt(source.substring(at, at + digits), 16));
            at += digits;
        } catch (RuntimeException e) {
            throw TemplateException.at(
                    line, "a \\ code needs %d hexadecimal digits".formatted(digits));
        }
    }

    private char charAt(int i) {
        return i < source.length() ? source.charAt(i) : ' ';
    }

    private void add(Token.Kind kind, String text) {
        tokens.add(new Token(kind, text, line));
    }

    private static int lines(String text) {
        return (int) text.chars().filter(c -> c == '\n').count();
    }
}
