package dev.sae4j.train;

import dev.sae4j.train.engine.Parameters;
import org.jspecify.annotations.Nullable;

/// What training leaves behind.
///
/// @param recipe what was asked for
/// @param weights in the units of the unscaled activations: scale folded in
/// @param inputScale what activations were multiplied with while training
/// @param steps steps done
/// @param deadAtEnd features that counted as dead after the last step
/// @param seconds wall-clock time of the steps
/// @param failure why training stopped early, or null; the weights are then the last good ones
public record TrainingResult(
        Recipe recipe,
        Parameters weights,
        double inputScale,
        long steps,
        int deadAtEnd,
        double seconds,
        @Nullable String failure) {

    /// Rows (tokens) trained on per second.
    public double rowsPerSecond() {
        return seconds > 0 ? steps * (double) recipe.batch() / seconds : 0;
    }
}
