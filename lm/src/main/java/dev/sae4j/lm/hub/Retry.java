package dev.sae4j.lm.hub;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Counts the attempts at one thing and waits between them, longer each time or as long as the
/// server asks for.
final class Retry {
    private static final Pattern RESET = Pattern.compile("\\bt=([0-9]{1,9})\\b");

    private final Patience patience;
    private final HubClock clock;
    private int failed;

    Retry(Patience patience, HubClock clock) {
        this.patience = patience;
        this.clock = clock;
    }

    /// Something has come: the count starts again.
    void progressed() {
        failed = 0;
    }

    /// Counts a failure and waits, if another attempt is in order.
    ///
    /// @param asked how long the server wants us to wait
    /// @return false if it is time to give up
    boolean another(Optional<Duration> asked) throws InterruptedException {
        failed++;
        if (failed >= patience.attempts()
                || asked.filter(d -> d.compareTo(patience.longestPause()) > 0).isPresent()) {
            return false;
        }
        Duration own = patience.pause().multipliedBy(1L << Math.min(failed - 1, 10));
        clock.sleep(
                asked.orElse(
                        own.compareTo(patience.longestPause()) > 0
                                ? patience.longestPause()
                                : own));
        return true;
    }

    int failed() {
        return failed;
    }

    /// True for answers that may be better in a while.
    static boolean isPassing(int status) {
        return switch (status) {
            case 408, 429, 500, 502, 503, 504 -> true;
            default -> false;
        };
    }

    /// How long the server asks us to wait: `Retry-After` in seconds or as a date, or `t=` of
    /// `RateLimit` if nothing remains of it.
    static Optional<Duration> asked(Answer<?> answer, Instant now) {
        String after = answer.header("Retry-After").orElse("").strip();
        if (after.matches("[0-9]{1,9}")) {
            return Optional.of(Duration.ofSeconds(Long.parseLong(after)));
        }
        if (!after.isEmpty()) {
            return date(after, now);
        }
        String limit = answer.header("RateLimit").orElse("");
        Matcher reset = RESET.matcher(limit);
        return answer.status() == 429 && limit.contains("r=0") && reset.find()
                ? Optional.of(Duration.ofSeconds(Long.parseLong(reset.group(1))))
                : Optional.empty();
    }

    private static Optional<Duration> date(String text, Instant now) {
        try {
            Instant then =
                    ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
            return Optional.of(then.isAfter(now) ? Duration.between(now, then) : Duration.ZERO);
        } catch (DateTimeException e) {
            return Optional.empty(); // not worth failing for: our own pause will do
        }
    }
}
