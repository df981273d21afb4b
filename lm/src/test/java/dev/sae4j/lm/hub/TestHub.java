package dev.sae4j.lm.hub;

import dev.sae4j.testing.hub.FakeHub;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;

/// Clients of the fake hub whose pauses take no time.
final class TestHub {
    static final long PART = 1000; // bytes
    private static final Patience SHORT =
            new Patience(
                    4,
                    Duration.ofSeconds(1),
                    Duration.ofMinutes(5),
                    Duration.ofSeconds(5),
                    Duration.ofMillis(400));

    private TestHub() {}

    /// A clock on which time passes when somebody sleeps, which is kept.
    static final class Clock implements HubClock {
        final List<Duration> slept = new CopyOnWriteArrayList<>();
        private Instant now = Instant.parse("2026-01-01T00:00:00Z");

        @Override
        public synchronized Instant instant() {
            return now;
        }

        @Override
        public synchronized void sleep(Duration duration) {
            slept.add(duration);
            now = now.plus(duration);
        }
    }

    /// Keeps what it hears.
    static final class Ear implements HubListener {
        final List<String> notes = new ArrayList<>();
        long done;
        long total;

        @Override
        public void progress(long doneNow, long ofTotal) {
            done = doneNow;
            total = ofTotal;
        }

        @Override
        public void note(String text) {
            notes.add(text);
        }
    }

    static HubSettings settings(FakeHub fake, Path home, String token) {
        return HubSettings.of(
                        Map.of(
                                "HF_ENDPOINT",
                                fake.endpoint().toString(),
                                "HF_HOME",
                                home.toString(),
                                "HF_TOKEN",
                                token),
                        home)
                .with(SHORT);
    }

    static Hub open(HubSettings settings, HubClock clock) {
        return new RemoteHub(settings, clock, PART);
    }

    static Hub open(FakeHub fake, Path home) {
        return open(settings(fake, home, ""), new Clock());
    }

    static byte[] bytes(int n) {
        byte[] bytes = new byte[n];
        new SplittableRandom(n).nextBytes(bytes);
        return bytes;
    }
}
