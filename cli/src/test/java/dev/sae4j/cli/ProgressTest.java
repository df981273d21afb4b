package dev.sae4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class ProgressTest {
    private final StringWriter err = new StringWriter();
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);

    private Progress progress(Progress.Style style, int width) {
        var writer = new PrintWriter(err, true);
        var terminal =
                new Terminal(
                        writer,
                        writer,
                        new Paint(false),
                        new Paint(false),
                        true,
                        width,
                        now::get,
                        Map.of());
        return new Progress(style, terminal, "harvest", 1_000_000, "tokens");
    }

    private void pass(Duration time) {
        now.updateAndGet(t -> t.plus(time));
    }

    @Test
    void rewritesOneLineOnATerminal() {
        try (Progress progress = progress(Progress.Style.LIVE, 100)) {
            pass(Duration.ofSeconds(10));
            progress.to(250_000);
            progress.to(250_001); // too soon to be shown
        }
        assertThat(err.toString())
                .startsWith("\r\u001b[K  harvest [#####...............]  25 %")
                .contains("250k tokens, 25.0k/s, 30 s left")
                .endsWith("took 10 s" + System.lineSeparator());
        assertThat(err.toString().chars().filter(c -> c == '\r')).hasSize(2);
    }

    @Test
    void neverExceedsTheWidth() {
        try (Progress progress = progress(Progress.Style.LIVE, 40)) {
            pass(Duration.ofSeconds(10));
            progress.note("loss 0.1234");
            progress.add(123_456);
        }
        assertThat(err.toString().replace("\u001b[K", "").lines())
                .isNotEmpty()
                .allMatch(line -> line.length() < 40);
    }

    @Test
    void writesPlainLinesNowAndThenElsewhere() {
        try (Progress progress = progress(Progress.Style.LINES, 100)) {
            for (int i = 1; i <= 100; i++) {
                pass(Duration.ofMillis(100));
                progress.add(10_000);
            }
        }
        assertThat(err.toString().lines()).hasSize(3);
        assertThat(err.toString()).doesNotContain("\r").doesNotContain("\u001b");
    }

    @Test
    void isSilentWhenAsked() {
        try (Progress progress = progress(Progress.Style.SILENT, 100)) {
            pass(Duration.ofSeconds(60));
            progress.add(10);
        }
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void respectsWhatTheEnvironmentSays() {
        var out = java.io.OutputStream.nullOutputStream();
        var plain = Terminal.of(out, out, "out,err", Map.of("TERM", "xterm", "NO_COLOR", "1"));
        assertThat(plain.outPaint().isOn()).isFalse();
        assertThat(plain.live()).isTrue();
        assertThat(Terminal.of(out, out, "out,err", Map.of("TERM", "dumb")).live()).isFalse();
        var wide = Terminal.of(out, out, "out", Map.of("TERM", "xterm", "COLUMNS", "132"));
        assertThat(wide.width()).isEqualTo(132);
        assertThat(wide.outPaint().isOn()).isTrue();
        assertThat(wide.live()).isFalse();
        assertThat(Terminal.of(out, out, "", Map.of()).width()).isEqualTo(Terminal.UNLIMITED);
    }
}
