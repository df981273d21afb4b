package dev.sae4j.lm.hub;

/// Adds up the bytes of a transfer and tells the listener.
final class Meter {
    private final HubListener listener;
    private final long total;
    private long done;

    Meter(HubListener listener, long total) {
        this.listener = listener;
        this.total = total;
    }

    /// So many more bytes are there; fewer, if the number is negative.
    synchronized void add(long bytes) {
        done += bytes;
        listener.progress(done, total);
    }

    synchronized void note(String text) {
        listener.note(text);
    }
}
