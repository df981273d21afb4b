package dev.sae4j.cli;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/// How far a long piece of work is, with rate and time left: on a terminal one line that is
/// rewritten, elsewhere a plain line every few seconds. Safe to call from any thread, as often as
/// one likes.
public final class Progress implements AutoCloseable {
    private static final Duration LIVE_EVERY = Duration.ofMillis(100);
    private static final Duration LINE_EVERY = Duration.ofSeconds(5);
    private static final int BAR = 20;

    enum Style {
        LIVE,
        LINES,
        SILENT
    }

    private final Style style;
    private final Terminal terminal;
    private final String what;
    private final long total;
    private final String unit;
    private final Instant start;
    private Instant shown;
    private long before;
    private long done;
    private String note = "";
    private boolean open = true;

    Progress(Style style, Terminal terminal, String what, long total, String unit) {
        this.style = style;
        this.terminal = terminal;
        this.what = what;
        this.total = total;
        this.unit = unit;
        this.start = terminal.clock().instant();
        this.shown = start;
    }

    /// So many were done before: the rate leaves them out.
    public synchronized void beginAt(long count) {
        before = count;
        done = count;
    }

    /// So many are done by now.
    public synchronized void to(long count) {
        done = count;
        Instant now = terminal.clock().instant();
        Duration every = style == Style.LIVE ? LIVE_EVERY : LINE_EVERY;
        if (open && Duration.between(shown, now).compareTo(every) >= 0) {
            shown = now;
            show(now);
        }
    }

    /// So many more are done.
    public synchronized void add(long count) {
        to(done + count);
    }

    /// Something short to show behind the numbers, such as `loss 0.12`.
    public synchronized void note(String text) {
        note = text;
    }

    /// Ends it: the last line stays, with the time that was needed.
    @Override
    public synchronized void close() {
        if (open) {
            open = false;
            show(terminal.clock().instant());
            if (style == Style.LIVE) {
                terminal.err().println();
            }
        }
    }

    private void show(Instant now) {
        String line = line(Duration.between(start, now));
        switch (style) {
            case LIVE -> {
                int width = Math.min(terminal.width(), 200) - 1;
                terminal.err()
                        .print("\r\u001b[K" + line.substring(0, Math.min(width, line.length())));
                terminal.err().flush();
            }
            case LINES -> terminal.err().println(line);
            case SILENT -> {}
        }
    }

    private String line(Duration elapsed) {
        double seconds = elapsed.toMillis() / 1e3;
        double rate = seconds > 0 ? (done - before) / seconds : 0;
        var line = new StringBuilder("  ").append(what);
        if (total > 0) {
            double share = Math.min(1, (double) done / total);
            if (style == Style.LIVE) {
                int full = (int) (share * BAR);
                line.append(" [").repeat('#', full).repeat('.', BAR - full).append(']');
            }
            line.append(String.format(Locale.ROOT, " %3.0f %%", 100 * share));
        }
        line.append("  ").append(Numbers.count(done)).append(' ').append(unit);
        if (rate > 0) {
            line.append(", ").append(Numbers.count(rate)).append("/s");
        }
        if (!open) {
            line.append(", took ").append(Numbers.time(seconds));
        } else if (rate > 0 && total > done) {
            line.append(", ").append(Numbers.time((total - done) / rate)).append(" left");
        }
        return note.isEmpty() ? line.toString() : line.append(", ").append(note).toString();
    }
}
