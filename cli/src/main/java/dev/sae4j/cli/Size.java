package dev.sae4j.cli;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.TypeConversionException;

/// A count as people write it: `10M`, `1.5B`, `64k`, `1_000_000`.
///
/// Suffixes are decimal: k is 1,000, M a million, B (or G) a thousand million, T a million million.
///
/// @param value the count, not negative
record Size(long value) {
    private static final Pattern FORM = Pattern.compile("([0-9][0-9_]*(?:\\.[0-9]+)?)([kmbgt]?)");

    /// Reads one.
    ///
    /// @throws TypeConversionException if it is no whole number of things, or too many
    static Size parse(String text) {
        Matcher form = FORM.matcher(text.strip().toLowerCase(Locale.ROOT));
        if (!form.matches()) {
            throw new TypeConversionException(
                    "'%s' is no size: write 500, 64k, 10M or 1.5B".formatted(text));
        }
        int power =
                switch (form.group(2)) {
                    case "k" -> 3;
                    case "m" -> 6;
                    case "b", "g" -> 9;
                    case "t" -> 12;
                    default -> 0;
                };
        try {
            return new Size(
                    new BigDecimal(form.group(1).replace("_", ""))
                            .movePointRight(power)
                            .longValueExact());
        } catch (ArithmeticException e) {
            throw new TypeConversionException(
                    "'%s' is no whole number, or too large".formatted(text));
        }
    }

    /// The value, if it fits an `int`.
    ///
    /// @throws dev.sae4j.io.UsageException if it does not
    int toInt(String option) {
        if (value > Integer.MAX_VALUE) {
            throw new dev.sae4j.io.UsageException(
                    "%s %d is too large: at most %d".formatted(option, value, Integer.MAX_VALUE));
        }
        return (int) value;
    }

    @Override
    public String toString() {
        return Long.toString(value);
    }
}
