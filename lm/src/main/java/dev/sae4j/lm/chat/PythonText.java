package dev.sae4j.lm.chat;

import java.math.BigDecimal;
import java.time.LocalDateTime;
import java.time.format.TextStyle;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/// Values as Python prints them: `str`, `repr`, `json.dumps` and `strftime`.
final class PythonText {
    private static final int MAX_DEPTH = 100;

    private PythonText() {}

    static String str(Object value) {
        return value instanceof String s ? s : value == Absent.UNDEFINED ? "" : repr(value);
    }

    static String repr(Object value) {
        return repr(value, 0);
    }

    private static String repr(Object value, int depth) {
        if (depth > MAX_DEPTH) {
            throw new IllegalArgumentException("values are nested too deep");
        }
        return switch (value) {
            case String s -> quoted(s);
            case Boolean b -> b ? "True" : "False";
            case Double n -> number(n);
            case Absent a -> a == Absent.NONE ? "None" : "Undefined";
            case List<?> list ->
                    list.stream()
                            .map(v -> repr(v, depth + 1))
                            .collect(Collectors.joining(", ", "[", "]"));
            case Map<?, ?> map ->
                    map.entrySet().stream()
                            .map(e ->
                                    repr(e.getKey(), depth + 1)
                                            + ": "
                                            + repr(e.getValue(), depth + 1))
                            .collect(Collectors.joining(", ", "{", "}"));
            default -> String.valueOf(value);
        };
    }

    private static String quoted(String s) {
        char quote = s.indexOf('\'') >= 0 && s.indexOf('"') < 0 ? '"' : '\'';
        var text = new StringBuilder().append(quote);
        for (int i = 0; i < s.length(); i++) {
            char c = s.charAt(i);
            switch (c) {
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                case '\\' -> text.append("\\\\");
                default -> {
                    if (c == quote) {
                        text.append('\\');
                    }
                    text.append(c < 32 ? "\\x%02x".formatted((int) c) : String.valueOf(c));
                }
            }
        }
        return text.append(quote).toString();
    }

    static String number(double n) {
        if (Double.isNaN(n)) {
            return "nan";
        }
        if (Double.isInfinite(n)) {
            return n > 0 ? "inf" : "-inf";
        }
        double size = Math.abs(n);
        if (n == 0 || (size >= 1e-4 && size < 1e16)) {
            String plain = new BigDecimal(Double.toString(n)).toPlainString();
            return plain.contains(".") ? plain : plain + ".0";
        }
        String[] parts = Double.toString(n).split("E", 2);
        String digits =
                parts[0].endsWith(".0") ? parts[0].substring(0, parts[0].length() - 2) : parts[0];
        int exponent = Integer.parseInt(parts[1]);
        return "%se%s%02d".formatted(digits, exponent < 0 ? "-" : "+", Math.abs(exponent));
    }

    /// As `json.dumps(value, ensure_ascii=False, indent=indent)`.
    ///
    /// @param indent spaces a level, negative for one line
    static String json(Object value, int indent) {
        var text = new StringBuilder();
        json(value, indent, 0, text);
        return text.toString();
    }

    private static void json(Object value, int indent, int depth, StringBuilder text) {
        if (depth > MAX_DEPTH) {
            throw new IllegalArgumentException("values are nested too deep");
        }
        switch (value) {
            case String s -> jsonString(s, text);
            case Boolean b -> text.append(b);
            case Long n -> text.append(n);
            case Double n -> text.append(number(n));
            case Absent a when a == Absent.NONE -> text.append("null");
            case List<?> list -> {
                String between = "";
                text.append('[');
                for (Object item : list) {
                    text.append(between);
                    line(indent, depth + 1, text);
                    json(item, indent, depth + 1, text);
                    between = indent < 0 ? ", " : ",";
                }
                close(list.isEmpty(), indent, depth, text).append(']');
            }
            case Map<?, ?> map -> {
                String between = "";
                text.append('{');
                for (var entry : map.entrySet()) {
                    text.append(between);
                    line(indent, depth + 1, text);
                    jsonString(str(entry.getKey()), text);
                    text.append(": ");
                    json(entry.getValue(), indent, depth + 1, text);
                    between = indent < 0 ? ", " : ",";
                }
                close(map.isEmpty(), indent, depth, text).append('}');
            }
            default ->
                    throw new IllegalArgumentException(
                            Values.kind(value) + " cannot be put into JSON");
        }
    }

    private static void line(int indent, int depth, StringBuilder text) {
        if (indent >= 0) {
            text.append('\n').repeat(' ', indent * depth);
        }
    }

    private static StringBuilder close(boolean empty, int indent, int depth, StringBuilder text) {
        if (!empty) {
            line(indent, depth, text);
        }
        return text;
    }

    private static void jsonString(String s, StringBuilder text) {
        text.append('"');
        for (int i = 0; i < s.length(); i++) {
            char c = s.charAt(i);
            switch (c) {
                case '"' -> text.append("\\\"");
                case '\\' -> text.append("\\\\");
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                case '\b' -> text.append("\\b");
                case '\f' -> text.append("\\f");
                default -> text.append(c < 32 ? "\\u%04x".formatted((int) c) : String.valueOf(c));
            }
        }
        text.append('"');
    }

    /// The codes of `strftime` that dates in templates use, in English.
    static String strftime(LocalDateTime time, String format) {
        var text = new StringBuilder();
        for (int i = 0; i < format.length(); i++) {
            char c = format.charAt(i);
            if (c != '%' || i + 1 == format.length()) {
                text.append(c);
                continue;
            }
            text.append(part(time, format.charAt(++i)));
        }
        return text.toString();
    }

    private static String part(LocalDateTime t, char code) {
        return switch (code) {
            case 'Y' -> "%04d".formatted(t.getYear());
            case 'y' -> "%02d".formatted(t.getYear() % 100);
            case 'm' -> "%02d".formatted(t.getMonthValue());
            case 'd' -> "%02d".formatted(t.getDayOfMonth());
            case 'H' -> "%02d".formatted(t.getHour());
            case 'I' -> "%02d".formatted((t.getHour() + 11) % 12 + 1);
            case 'M' -> "%02d".formatted(t.getMinute());
            case 'S' -> "%02d".formatted(t.getSecond());
            case 'p' -> t.getHour() < 12 ? "AM" : "PM";
            case 'j' -> "%03d".formatted(t.getDayOfYear());
            case 'b' ->
                    t.getMonth().getDisplayName(TextStyle.SHORT, Locale.ENGLISH).substring(0, 3);
            case 'B' -> t.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
            case 'a' -> t.getDayOfWeek().getDisplayName(TextStyle.SHORT, Locale.ENGLISH);
            case 'A' -> t.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
            case '%' -> "%";
            default ->
                    throw new IllegalArgumentException(
                            "strftime code %%%s is not known".formatted(code));
        };
    }
}
