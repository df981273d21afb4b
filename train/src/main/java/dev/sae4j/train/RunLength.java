package dev.sae4j.train;

import dev.sae4j.io.UsageException;
import dev.sae4j.train.recipe.Recipe;

/// How long a run is.
///
/// @param steps optimizer steps in all
/// @param stepsPerEpoch steps of a pass over the rows
/// @param epochs passes, the last one perhaps cut short
public record RunLength(long steps, long stepsPerEpoch, long epochs) {

    /// The length of a recipe's run over so many rows.
    ///
    /// @param rowsPerEpoch rows until every row has been seen once
    public static RunLength of(Recipe recipe, long rowsPerEpoch) {
        long perStep = recipe.rowsPerStep();
        long perEpoch =
                recipe.keepLastBatch()
                        ? Math.ceilDiv(rowsPerEpoch, perStep)
                        : Math.max(1, rowsPerEpoch / perStep);
        Integer epochs = recipe.epochs();
        Long tokens = recipe.tokens();
        if (epochs != null && recipe.keepLastBatch()) {
            return new RunLength(Math.multiplyExact(perEpoch, epochs), perEpoch, epochs);
        }
        long rows =
                tokens != null
                        ? tokens
                        : Math.multiplyExact(rowsPerEpoch, epochs == null ? 1 : epochs);
        long steps = rows / perStep;
        if (steps < 1) {
            throw new UsageException(
                    "%d training rows are less than one batch of %d: train on more, or with --set batch=N"
                            .formatted(rows, perStep));
        }
        return new RunLength(steps, perEpoch, Math.ceilDiv(steps, perEpoch));
    }
}
