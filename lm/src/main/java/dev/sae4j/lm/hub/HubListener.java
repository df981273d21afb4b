package dev.sae4j.lm.hub;

/// Is told how far a transfer is; from any thread, one call at a time.
public interface HubListener {
    /// Hears nothing.
    HubListener NONE = (done, total) -> {};

    /// @param done bytes that are there by now, those of earlier attempts included
    /// @param total bytes of all files of the transfer
    void progress(long done, long total);

    /// Something worth knowing: a retry, or that the cache stands in for the hub.
    default void note(String text) {}
}
