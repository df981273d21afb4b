package dev.sae4j.train;

/// A decision of a step that float32 cannot make for sure: a number lies nearer to its boundary than
/// the rounding of what it is summed up from.
///
/// @param what was to be decided
/// @param row of the batch
/// @param feature that was decided on
/// @param margin distance from the boundary, relative to `size`
/// @param size sum of the magnitudes that the number is summed up from
/// @param by what the number can be moved with
record Choice(String what, int row, int feature, double margin, double size, By by) {
    /// What a number can be moved with.
    enum By {
        /// `b_enc` or `b_mag` of the feature.
        ENCODER_BIAS,
        GATE_BIAS,
        /// The row of the batch, along the decoder row of the feature.
        INPUT
    }
}
