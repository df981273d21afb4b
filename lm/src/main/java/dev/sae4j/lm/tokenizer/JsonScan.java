package dev.sae4j.lm.tokenizer;

import java.nio.charset.StandardCharsets;

/// Walks over JSON without making anything of it: a vocabulary has a hundred thousand tokens, of
/// which a handful matter. What it passes over is checked by those who read it whole.
final class JsonScan {
    private final byte[] bytes;
    private int at;

    JsonScan(byte[] bytes) {
        this.bytes = bytes;
    }

    /// Place of the next byte that is no blank.
    int at() {
        while (at < bytes.length && bytes[at] <= ' ' && bytes[at] >= 0) {
            at++;
        }
        return at;
    }

    /// That byte; -1 at the end.
    int peek() {
        return at() < bytes.length ? bytes[at] : -1;
    }

    /// Passes over one byte if it is the next one.
    boolean take(char expected) {
        if (peek() != expected) {
            return false;
        }
        at++;
        return true;
    }

    /// Passes over one byte that must be there.
    void need(char expected) {
        if (!take(expected)) {
            throw bad("expected '" + expected + "'");
        }
    }

    /// Passes over a key and its colon; the key as it is written, escapes and all.
    String key() {
        at();
        int from = at;
        string();
        String key = new String(bytes, from + 1, at - from - 2, StandardCharsets.UTF_8);
        need(':');
        return key;
    }

    /// Passes over a string.
    void string() {
        need('"');
        byte[] all = bytes;
        for (int i = at; i < all.length; i++) {
            if (all[i] == '\\') {
                i++;
            } else if (all[i] == '"') {
                at = i + 1;
                return;
            }
        }
        throw bad("a string without an end");
    }

    /// Passes over a number; -1 if it is no whole number from 0 to a billion.
    int whole() {
        at();
        int from = at;
        long value = 0;
        while (at < bytes.length && bytes[at] >= '0' && bytes[at] <= '9' && value < 1_000_000_000) {
            value = 10 * value + bytes[at++] - '0';
        }
        int next = peek();
        return at == from || value > 1_000_000_000 || (next != ',' && next != '}')
                ? -1
                : (int) value;
    }

    /// Passes over any value.
    void value() {
        int depth = 0;
        do {
            int next = peek();
            if (next == '"') {
                string();
            } else if (next == '{' || next == '[') {
                at++;
                depth++;
            } else if (next == '}' || next == ']') {
                at++;
                depth--;
            } else if (next < 0) {
                throw bad("cut short");
            } else { // a number, a word, or what stands between values
                at++;
                while (depth == 0 && at < bytes.length && isPlain(bytes[at])) {
                    at++;
                }
            }
        } while (depth > 0);
    }

    private static boolean isPlain(byte b) {
        return b != ',' && b != '}' && b != ']' && (b > ' ' || b < 0);
    }

    private IllegalArgumentException bad(String what) {
        return new IllegalArgumentException(what + " at byte " + at);
    }
}
