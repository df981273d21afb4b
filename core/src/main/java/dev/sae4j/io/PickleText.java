package dev.sae4j.io;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/// The values that protocols 0 and 1 write as lines of text.
final class PickleText {
    /// Integers above this many digits, or half as many bytes, are refused: printing them takes
    /// time that grows with the square.
    static final int MAX_DIGITS = 2048;

    private PickleText() {}

    /// `I01` and `I00` are True and False, everything else is a number.
    static Object integerOrBoolean(String line) {
        return switch (line) {
            case "00" -> false;
            case "01" -> true;
            default -> integer(line);
        };
    }

    /// A whole number, with the `L` that Python 2 puts behind it or without.
    static Object integer(String line) {
        String digits = line.endsWith("L") ? line.substring(0, line.length() - 1) : line;
        if (digits.length() > MAX_DIGITS) {
            throw new PickleProblem("has a number of " + digits.length() + " digits: too many");
        }
        try {
            return narrow(new BigInteger(digits));
        } catch (NumberFormatException e) {
            throw new PickleProblem("has '" + PickleProblem.shown(line) + "' for a whole number");
        }
    }

    /// A `Long` if it fits.
    static Object narrow(BigInteger value) {
        return value.bitLength() < Long.SIZE ? (Object) value.longValue() : value;
    }

    static double number(String line) {
        try {
            return switch (line) {
                case "inf" -> Double.POSITIVE_INFINITY;
                case "-inf" -> Double.NEGATIVE_INFINITY;
                case "nan", "-nan" -> Double.NaN;
                default -> Double.parseDouble(line);
            };
        } catch (NumberFormatException e) {
            throw new PickleProblem("has '" + PickleProblem.shown(line) + "' for a number");
        }
    }

    /// A place in the memo.
    static long index(String line) {
        if (integer(line) instanceof Long index && index >= 0) {
            return index;
        }
        throw new PickleProblem("has the memo index '" + PickleProblem.shown(line) + "'");
    }

    /// A quoted string with Python's escapes.
    static Object quoted(String line) {
        int last = line.length() - 1;
        if (last < 1 || line.charAt(0) != line.charAt(last) || "'\"".indexOf(line.charAt(0)) < 0) {
            throw new PickleProblem("has a string without quotes");
        }
        StringBuilder text = new StringBuilder();
        for (int i = 1; i < last; i++) {
            char c = line.charAt(i);
            if (c != '\\') {
                text.append(c);
                continue;
            }
            i++;
            char kind = i < last ? line.charAt(i) : ' ';
            switch (kind) {
                case '\\', '\'', '"' -> text.append(kind);
                case 'n' -> text.append('\n');
                case 'r' -> text.append('\r');
                case 't' -> text.append('\t');
                case 'x' -> {
                    text.append((char) hex(line, i + 1, 2, last));
                    i += 2;
                }
                default -> throw new PickleProblem("has an unknown escape in a string");
            }
        }
        return PickleInput.textOrBytes(text.toString().getBytes(StandardCharsets.ISO_8859_1));
    }

    /// Latin-1 with `\\uXXXX` and `\\UXXXXXXXX` for all other characters.
    static String rawUnicode(String line) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < line.length(); i++) {
            char kind = line.charAt(i) == '\\' && i + 1 < line.length() ? line.charAt(i + 1) : ' ';
            int digits = kind == 'u' ? 4 : kind == 'U' ? 8 : 0;
            if (digits == 0) {
                text.append(line.charAt(i));
                continue;
            }
            int point = hex(line, i + 2, digits, line.length());
            if (!Character.isValidCodePoint(point)) {
                throw new PickleProblem("has an unknown character in a text");
            }
            text.appendCodePoint(point);
            i += 1 + digits;
        }
        return text.toString();
    }

    private static int hex(String line, int from, int digits, int end) {
        if (from + digits > end) {
            throw new PickleProblem("has an escape that is cut short");
        }
        try {
            return HexFormat.fromHexDigits(line, from, from + digits);
        } catch (NumberFormatException e) {
            throw new PickleProblem("has an escape with other than hexadecimal digits");
        }
    }
}
