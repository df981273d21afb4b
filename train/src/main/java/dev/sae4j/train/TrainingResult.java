package dev.sae4j.train;

import dev.sae4j.train.engine.Parameters;
import dev.sae4j.train.recipe.Recipe;
import org.jspecify.annotations.Nullable;

/// What training leaves behind: weights as training has them, and what is needed to turn them into
/// an SAE.
///
/// @param recipe what was asked for
/// @param weights to be kept: the last, the averaged, or those of the best epoch, in the units of the
///     scaled input
/// @param pairs true if rows held an input and what it is to predict: a transcoder
/// @param scaling what was done to the input
/// @param threshold running threshold of TopK and BatchTopK; negative or 0 if there is none
/// @param steps steps done
/// @param tokens rows trained on
/// @param tokensBefore those of them that earlier processes trained on; 0 unless the run was resumed
/// @param deadAtEnd features that counted as dead in the last step
/// @param bestEpoch the epoch that the weights are of, from 1; 0 if they are the last
/// @param seconds wall-clock time of the steps of this process, all runs together
/// @param failure why training stopped early, or null; the weights are then the last good ones
public record TrainingResult(
        Recipe recipe,
        Parameters weights,
        boolean pairs,
        InputScaling scaling,
        double threshold,
        long steps,
        long tokens,
        long tokensBefore,
        int deadAtEnd,
        long bestEpoch,
        double seconds,
        @Nullable String failure) {

    /// Rows (tokens) of the stream that this process trained on per second. Several runs take them
    /// together, so their speeds do not add up.
    public double rowsPerSecond() {
        return seconds > 0 ? (tokens - tokensBefore) / seconds : 0;
    }
}
