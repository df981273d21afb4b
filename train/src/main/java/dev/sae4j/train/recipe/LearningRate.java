package dev.sae4j.train.recipe;

import dev.sae4j.io.UsageException;
import org.jspecify.annotations.Nullable;

/// The learning rate over the steps: a warm-up, a main part, a linear decay to 0.
///
/// @param peak of the main part
/// @param scaledByWidth true to multiply it by `sqrt(16384 / d_sae)` (Gao et al. 2024)
/// @param warmup how long it rises
/// @param warmupFrom where it rises from
/// @param shape of the main part
/// @param end where a cosine goes, as a share of the peak; SAELens: 0.1
/// @param cycles cosines in the main part
/// @param decay how long it falls to 0 at the end; longer than what the warm-up leaves, it begins
///     right after the warm-up, so that `100%` is one line from the peak to 0
/// @param restart the warm-up begins again each time this has passed (with resampling), in an
///     otherwise constant rate; null for never
public record LearningRate(
        double peak,
        boolean scaledByWidth,
        Span warmup,
        WarmupFrom warmupFrom,
        Shape shape,
        double end,
        int cycles,
        Span decay,
        @Nullable Span restart) {

    /// What the first step of a warm-up of `w` steps uses.
    public enum WarmupFrom {
        /// 0: step `s` (from 0) has `peak·s/w` (dictionary_learning, sparsify).
        ZERO,
        /// `peak/w`: step `s` (from 0) has `peak·(s + 1)/w` (SAELens).
        FIRST_STEP
    }

    /// The main part.
    public enum Shape {
        CONSTANT,
        /// One half cosine from the peak to `end`.
        COSINE,
        /// `cycles` of them, each from the peak.
        COSINE_RESTARTS,
        /// One half cosine over the epochs of the run that changes once an epoch only.
        COSINE_EPOCHS
    }

    public LearningRate {
        if (!(peak > 0 && peak < 10)) {
            throw new UsageException(
                    "learning rate is %s: expected above 0 and below 10".formatted(peak));
        }
        if (!(end >= 0 && end <= 1)) {
            throw new UsageException(
                    "learning rate ends at %s of its peak: expected 0 to 1".formatted(end));
        }
        if (cycles < 1) {
            throw new UsageException("cosine cycles: %d, expected 1 or more".formatted(cycles));
        }
        if (restart != null && (shape != Shape.CONSTANT || decay.amount() > 0)) {
            throw new UsageException(
                    "a learning rate with 'restart' has shape %s and a decay of %s: expected CONSTANT and none"
                            .formatted(shape, decay));
        }
    }

    /// Constant from the first step to the last.
    public static LearningRate constant(double peak) {
        return new LearningRate(
                peak, false, Span.NONE, WarmupFrom.ZERO, Shape.CONSTANT, 0, 1, Span.NONE, null);
    }
}
