package dev.sae4j.lm.harvest;

/// Told now and then how far a harvest has come, in the harvesting thread.
public interface HarvestProgress {
    /// For who does not want to know.
    HarvestProgress NONE = (rows, of, tokensSeen) -> {};

    /// @param rows rows kept so far
    /// @param of rows asked for
    /// @param tokensSeen tokens that the model has run on, for the rate
    void update(long rows, long of, long tokensSeen);
}
