package dev.sae4j.io;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The values that protocols 0 and 1 write as lines of text.
final class PickleText {
    /// Integers above this many digits, or half as many bytes, are refused: printing them takes
    /// time that grows with the square.
    static final int MAX_DIGITS = 2048;

    private static final Pattern BYTE_ESCAPE = Pattern.compile("(?s)\\\\(x.{0,2}|.?)");
    private static final Pattern UNICODE_ESCAPE =
            Pattern.compile("(?s)\\\\u(.{0,4})|\\\\U(.{0,8})");

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
        String text =
                BYTE_ESCAPE
                        .matcher(line.substring(1, last))
                        .replaceAll(m -> Matcher.quoteReplacement(unescaped(m.group(1))));
        return PickleInput.textOrBytes(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static String unescaped(String escape) {
        return switch (escape) {
            case "\\", "'", "\"" -> escape;
            case "n" -> "\n";
            case "r" -> "\r";
            case "t" -> "\t";
            default -> {
                if (!escape.startsWith("x")) {
                    throw new PickleProblem("has an unknown escape in a string");
                }
                yield character(escape.substring(1), 2);
            }
        };
    }

    /// Latin-1 with `\\uXXXX` and `\\UXXXXXXXX` for all other characters.
    static String rawUnicode(String line) {
        return UNICODE_ESCAPE
                .matcher(line)
                .replaceAll(m ->
                        Matcher.quoteReplacement(
                                m.group(1) != null
                                        ? character(m.group(1), 4)
                                        : character(m.group(2), 8)));
    }

    private static String character(String hex, int digits) {
        try {
            int point = HexFormat.fromHexDigits(hex);
            if (hex.length() == digits && Character.isValidCodePoint(point)) {
                return Character.toString(point);
            }
        } catch (IllegalArgumentException e) {
            throw new PickleProblem("has an escape with other than hexadecimal digits");
        }
        throw new PickleProblem("has an escape that stands for no character");
    }
}
