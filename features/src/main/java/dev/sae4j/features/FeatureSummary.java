package dev.sae4j.features;

import org.jspecify.annotations.Nullable;

/// The numbers of one feature, as `feature_data.json` has them.
///
/// @param feature index
/// @param fires rows on which it fired (`c`)
/// @param density fires over rows (`d`)
/// @param max largest activation (`mx`)
/// @param mean mean activation over its fires (`mn`)
/// @param map where it lies on the maps; null before a map has been made
public record FeatureSummary(
        int feature,
        long fires,
        double density,
        double max,
        double mean,
        @Nullable Coordinates map) {
    /// True if it never fired.
    public boolean dead() {
        return fires == 0;
    }
}
