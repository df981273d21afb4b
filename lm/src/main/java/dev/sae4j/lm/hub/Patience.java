package dev.sae4j.lm.hub;

import java.time.Duration;

/// How long to wait for a server, and how often to ask again.
///
/// @param attempts most requests for one thing without any progress, at least 1
/// @param pause before the second attempt; doubled before each further one
/// @param longestPause most that a server may ask to wait; above it the request fails at once
/// @param connect for a connection to be made
/// @param stall without a single byte in either direction
public record Patience(
        int attempts, Duration pause, Duration longestPause, Duration connect, Duration stall) {
    /// What suits a network that is mostly there.
    public static final Patience USUAL =
            new Patience(
                    6,
                    Duration.ofSeconds(1),
                    Duration.ofMinutes(5),
                    Duration.ofSeconds(15),
                    Duration.ofSeconds(60));

    public Patience {
        if (attempts < 1) {
            throw new IllegalArgumentException("attempts must be at least 1, got " + attempts);
        }
    }
}
