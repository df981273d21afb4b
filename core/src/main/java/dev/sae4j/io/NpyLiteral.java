package dev.sae4j.io;

import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The little of Python's grammar that stands in npy headers: one dictionary of `descr`, a string,
/// `fortran_order`, `True` or `False`, and `shape`, a tuple of sizes. Nothing nests, so nothing
/// recurses; nothing is computed.
final class NpyLiteral {
    private static final int MAX_DIMENSIONS = 64;

    /// Digits that fit 64 bits.
    private static final int MAX_DIGITS = 18;

    private final Path file;
    private final String name;
    private final String text;
    private int at;
    private @Nullable String descr;
    private @Nullable Boolean fortranOrder;
    private long @Nullable [] shape;

    NpyLiteral(Path file, String name, String text) {
        this.file = file;
        this.name = name;
        this.text = text;
    }

    /// Reads all of the text.
    NpyHeader header(long dataAt) {
        expect('{');
        while (!found('}')) {
            entry();
            if (!found(',')) {
                expect('}');
                break;
            }
        }
        blanks();
        if (at < text.length()) {
            throw unexpected("the end");
        }
        if (descr == null || fortranOrder == null || shape == null) {
            throw bad("has a header without descr, fortran_order or shape");
        }
        return NpyHeader.of(file, name, descr, fortranOrder, shape, dataAt);
    }

    private void entry() {
        String key = string();
        expect(':');
        boolean known =
                switch (key) {
                    case "descr" -> descr == null;
                    case "fortran_order" -> fortranOrder == null;
                    case "shape" -> shape == null;
                    default -> false;
                };
        if (!known) {
            throw bad("has '%s' in its header, unknown or twice".formatted(key));
        }
        switch (key) {
            case "descr" -> descr = dtype();
            case "fortran_order" -> fortranOrder = truth();
            default -> shape = sizes();
        }
    }

    private String dtype() {
        blanks();
        if (at < text.length() && (text.charAt(at) == '[' || text.charAt(at) == '(')) {
            throw bad("has a structured dtype: only arrays of plain numbers are read");
        }
        return string();
    }

    private boolean truth() {
        blanks();
        for (String word : new String[] {"True", "False"}) {
            if (text.startsWith(word, at)) {
                at += word.length();
                return word.equals("True");
            }
        }
        throw unexpected("True or False");
    }

    private long[] sizes() {
        long[] sizes = new long[MAX_DIMENSIONS];
        int n = 0;
        expect('(');
        while (!found(')')) {
            if (n == MAX_DIMENSIONS) {
                throw bad("has more than %d dimensions".formatted(MAX_DIMENSIONS));
            }
            sizes[n++] = size();
            if (!found(',')) {
                expect(')');
                break;
            }
        }
        return Arrays.copyOf(sizes, n);
    }

    private long size() {
        blanks();
        int start = at;
        while (at < text.length() && Character.digit(text.charAt(at), 10) >= 0) {
            at++;
        }
        if (at == start) {
            throw unexpected("a size");
        }
        if (at - start > MAX_DIGITS) {
            throw bad("has a shape whose size overflows");
        }
        long size = Long.parseLong(text.substring(start, at));
        if (at < text.length() && text.charAt(at) == 'L') {
            at++; // as Python 2 wrote it
        }
        return size;
    }

    private String string() {
        blanks();
        char quote = at < text.length() ? text.charAt(at) : 0;
        int end = quote == '\'' || quote == '"' ? text.indexOf(quote, at + 1) : -1;
        if (end < 0) {
            throw unexpected("a string");
        }
        String value = text.substring(at + 1, end);
        if (value.indexOf('\\') >= 0 || value.length() > 64) {
            throw unexpected("a word");
        }
        at = end + 1;
        return value;
    }

    private void blanks() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private boolean found(char c) {
        blanks();
        if (at < text.length() && text.charAt(at) == c) {
            at++;
            return true;
        }
        return false;
    }

    private void expect(char c) {
        if (!found(c)) {
            throw unexpected("'" + c + "'");
        }
    }

    private Sae4jException unexpected(String expected) {
        String rest = text.substring(at, Math.min(text.length(), at + 12)).strip();
        return bad(
                "has '%s' at character %d of its header, where %s belongs"
                        .formatted(rest, at, expected));
    }

    private Sae4jException bad(String message) {
        return NpyHeader.bad(file, name, message);
    }
}
