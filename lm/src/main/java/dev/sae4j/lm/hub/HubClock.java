package dev.sae4j.lm.hub;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/// What time it is, and how to let it pass.
public interface HubClock extends InstantSource {
    /// Waits that long.
    void sleep(Duration duration) throws InterruptedException;

    /// The computer's.
    static HubClock system() {
        return new HubClock() {
            @Override
            public Instant instant() {
                return Instant.now();
            }

            @Override
            public void sleep(Duration duration) throws InterruptedException {
                Thread.sleep(duration);
            }
        };
    }
}
