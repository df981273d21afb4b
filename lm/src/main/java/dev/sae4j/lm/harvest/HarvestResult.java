package dev.sae4j.lm.harvest;

import dev.sae4j.store.StoreCounts;

/// What a harvest has brought in.
///
/// @param rows rows kept
/// @param asked rows asked for
/// @param counts how much text that took; `tokensSeen` is the sum of the rows kept and left out
public record HarvestResult(long rows, long asked, StoreCounts counts) {
    /// True if the text ended before there were as many rows as asked for.
    public boolean textEnded() {
        return rows < asked;
    }
}
