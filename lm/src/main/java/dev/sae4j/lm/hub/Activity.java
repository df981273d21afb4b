package dev.sae4j.lm.hub;

import java.util.concurrent.atomic.AtomicLong;

/// When bytes last moved on a connection, so that one on which nothing moves can be given up.
final class Activity {
    private final AtomicLong last = new AtomicLong(System.nanoTime());

    void moved() {
        last.set(System.nanoTime());
    }

    long idleNanos() {
        return System.nanoTime() - last.get();
    }
}
