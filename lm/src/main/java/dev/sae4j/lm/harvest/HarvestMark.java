package dev.sae4j.lm.harvest;

import dev.sae4j.store.MarkedSource;
import dev.sae4j.store.StoreCounts;

/// A point from which a harvest can go on: the rows that come from there are, bit for bit, those that
/// come behind it in a harvest from the start.
///
/// @param place where the text goes on
/// @param rows kept before
/// @param counts how much text that took
/// @param normLimits `[hooks]`, largest norms that are kept; empty as long as they are not known
public record HarvestMark(Place place, long rows, StoreCounts counts, double[] normLimits)
        implements MarkedSource.Mark {
    /// The beginning of the text.
    public static final HarvestMark START =
            new HarvestMark(Place.START, 0, StoreCounts.NONE, new double[0]);
}
