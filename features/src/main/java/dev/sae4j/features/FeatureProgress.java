package dev.sae4j.features;

/// Told how far a pass over the corpus has come, in the calling thread.
public interface FeatureProgress {
    /// Says nothing.
    FeatureProgress NONE = _ -> {};

    /// @param rows rows done so far
    void rows(long rows);
}
