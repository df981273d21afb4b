package dev.sae4j.train.recipe;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.sae4j.io.UsageException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A stretch of a run: so many steps (`1000`), so many tokens (`10M tokens`), or a share of it
/// (`20%`), with or without a limit (`10% at most 10M tokens`).
///
/// @param amount steps, tokens, or per cent
/// @param unit of `amount`
/// @param atMost the longest that it may be; null for no limit
public record Span(double amount, Unit unit, @Nullable Span atMost) {
    /// What a stretch is counted in.
    public enum Unit {
        STEPS,
        TOKENS,
        PER_CENT
    }

    /// No stretch at all.
    public static final Span NONE = new Span(0, Unit.STEPS);

    private static final int MAX_LENGTH = 80;

    private static final Pattern TEXT =
            Pattern.compile(
                    "([0-9]+(?:\\.[0-9]+)?(?:[eE][-+]?[0-9]+)?)\\s*([kKmMbB]?)\\s*(%|steps?|tokens?|)");

    private static final Pattern LIMITED = Pattern.compile("(.*?\\S)\\s+at\\s+most\\s+(\\S.*)");

    public Span(double amount, Unit unit) {
        this(amount, unit, null);
    }

    public Span {
        if (!(amount >= 0) || amount > 1e18) {
            throw new UsageException("a span of %s: expected 0 or more".formatted(amount));
        }
        if (unit == Unit.PER_CENT && amount > 100) {
            throw new UsageException("a span of %s %%: expected at most 100 %%".formatted(amount));
        }
        if (atMost != null && atMost.atMost != null) {
            throw new UsageException("a span has one limit: '%s' has another".formatted(atMost));
        }
    }

    public static Span ofSteps(long steps) {
        return new Span(steps, Unit.STEPS);
    }

    public static Span ofTokens(long tokens) {
        return new Span(tokens, Unit.TOKENS);
    }

    public static Span ofPerCent(double share) {
        return new Span(share, Unit.PER_CENT);
    }

    /// Reads `1000`, `2k steps`, `10M tokens`, `20%`, `10% at most 100`. A bare number counts steps.
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static Span parse(Object value) {
        String text = String.valueOf(value).strip();
        if (text.length() > MAX_LENGTH) {
            throw new UsageException("text of %d characters is no span".formatted(text.length()));
        }
        Matcher limited = LIMITED.matcher(text);
        if (limited.matches()) {
            Span span = parse(limited.group(1));
            return new Span(span.amount, span.unit, parse(limited.group(2)));
        }
        Matcher m = TEXT.matcher(text);
        if (!m.matches() || (m.group(3).equals("%") && !m.group(2).isEmpty())) {
            throw new UsageException(
                    "'%s' is no span of a run: expected steps (1000), tokens (10M tokens) or a share (20%%)"
                            .formatted(value));
        }
        double factor =
                switch (m.group(2).toLowerCase(Locale.ROOT)) {
                    case "k" -> 1e3;
                    case "m" -> 1e6;
                    case "b" -> 1e9;
                    default -> 1;
                };
        double amount = Double.parseDouble(m.group(1)) * factor;
        return switch (m.group(3)) {
            case "%" -> ofPerCent(amount);
            case "token", "tokens" -> new Span(amount, Unit.TOKENS);
            default -> new Span(amount, Unit.STEPS);
        };
    }

    /// The stretch in steps of a run, rounded to the nearest.
    ///
    /// @param steps of the whole run
    /// @param batch rows (tokens) per step
    public long steps(long steps, long batch) {
        long length =
                switch (unit) {
                    case STEPS -> Math.round(amount);
                    case TOKENS -> Math.round(amount / batch);
                    case PER_CENT -> Math.round(amount / 100 * steps);
                };
        return atMost == null ? length : Math.min(length, atMost.steps(steps, batch));
    }

    /// The stretch in tokens of a run.
    ///
    /// @param steps of the whole run
    /// @param batch rows (tokens) per step
    public long tokens(long steps, long batch) {
        long length =
                switch (unit) {
                    case STEPS -> Math.round(amount * batch);
                    case TOKENS -> Math.round(amount);
                    case PER_CENT -> Math.round(amount / 100 * steps * batch);
                };
        return atMost == null ? length : Math.min(length, atMost.tokens(steps, batch));
    }

    @JsonValue
    @Override
    public String toString() {
        String length =
                switch (unit) {
                    case STEPS -> number(amount);
                    case TOKENS ->
                            (amount > 0 && amount % 1e6 == 0
                                            ? number(amount / 1e6) + "M"
                                            : number(amount))
                                    + " tokens";
                    case PER_CENT -> number(amount) + "%";
                };
        return atMost == null ? length : length + " at most " + atMost;
    }

    private static String number(double amount) {
        return amount == Math.rint(amount) ? Long.toString((long) amount) : Double.toString(amount);
    }
}
