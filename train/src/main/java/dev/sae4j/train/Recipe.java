package dev.sae4j.train;

import dev.sae4j.io.UsageException;

/// Everything that decides how a TopK SAE is trained. Two runs with equal recipes on equal
/// activations give equal weights.
///
/// @param name what people call it
/// @param dSae number of features (F)
/// @param k features kept per token
/// @param rows training rows (tokens) in all, over as many epochs as that takes
/// @param batch rows per step
/// @param schedule learning rate over the steps
/// @param adam the optimiser's constants
/// @param aux auxiliary loss that brings dead features back
/// @param decoder how the decoder begins and what keeps it in shape
/// @param biasInit how `b_dec` begins
/// @param inputScale what the activations are multiplied with while training; folded into the
///     saved weights
/// @param seed of everything random
public record Recipe(
        String name,
        int dSae,
        int k,
        long rows,
        int batch,
        Schedule schedule,
        Adam adam,
        AuxLoss aux,
        Decoder decoder,
        BiasInit biasInit,
        InputScale inputScale,
        long seed) {

    /// Linear warm-up from 0, a plateau, and a linear decay that would reach 0 one step after the
    /// last.
    ///
    /// @param learningRate of the plateau
    /// @param warmupSteps steps until the plateau
    /// @param decayFrom fraction of the steps after which the decay begins; 1 for none
    public record Schedule(double learningRate, int warmupSteps, double decayFrom) {
        public Schedule {
            require(
                    learningRate > 0 && learningRate < 10,
                    "learning rate",
                    learningRate,
                    "above 0 and below 10");
            require(warmupSteps >= 0, "warm-up", warmupSteps, ">= 0 steps");
            require(decayFrom >= 0 && decayFrom <= 1, "decay", decayFrom, "between 0 and 1");
        }

        /// The learning rate of step `step` (from 1) of `steps`.
        public double at(long step, long steps) {
            double rate = learningRate;
            if (step < warmupSteps) {
                rate *= (double) step / warmupSteps;
            }
            double from = decayFrom * steps;
            if (step > from && steps > from) {
                rate *= (steps - step + 1) / (steps - from + 1);
            }
            return rate;
        }
    }

    /// Adam as Kingma and Ba give it, with bias correction, as in PyTorch.
    public record Adam(double beta1, double beta2, double epsilon) {
        /// The constants that PyTorch takes when nobody says otherwise.
        public static final Adam DEFAULT = new Adam(0.9, 0.999, 1e-8);

        public Adam {
            require(beta1 >= 0 && beta1 < 1, "beta1", beta1, "in [0, 1)");
            require(beta2 >= 0 && beta2 < 1, "beta2", beta2, "in [0, 1)");
            require(epsilon > 0, "epsilon", epsilon, "> 0");
        }
    }

    /// AuxK (Gao et al. 2024): the `k` strongest dead features of a row reconstruct what the others
    /// left over; the squared error is divided by the variance of what was left over.
    ///
    /// @param coefficient weight in the loss; 0 for none
    /// @param k dead features used per row
    /// @param deadAfter rows without firing after which a feature counts as dead
    public record AuxLoss(double coefficient, int k, long deadAfter) {
        public AuxLoss {
            require(coefficient >= 0, "auxiliary coefficient", coefficient, ">= 0");
            require(k >= 1, "auxiliary k", k, ">= 1");
            require(deadAfter >= 1, "rows until dead", deadAfter, ">= 1");
        }
    }

    /// @param init where the rows begin; the encoder begins equal to them
    /// @param unitNorm true: gradients are projected off the rows, and rows are scaled back to norm
    ///     1 after each step
    public record Decoder(DecoderInit init, boolean unitNorm) {}

    /// Where decoder rows begin, always with norm 1.
    public enum DecoderInit {
        /// Independent normal numbers.
        GAUSSIAN,
        /// Randomly chosen activations, less their mean: directions that occur.
        DATA
    }

    /// Where `b_dec` begins.
    public enum BiasInit {
        ZERO,
        /// Mean of the first rows.
        MEAN,
        /// Geometric median of the first rows (Weiszfeld's iteration): not moved by outliers.
        GEOMETRIC_MEDIAN
    }

    /// What activations are multiplied with while training.
    public enum InputScale {
        NONE,
        /// One constant that makes the mean squared norm 1, so that losses and learning rates carry
        /// over between models.
        UNIT_MEAN_SQUARE
    }

    public Recipe {
        require(dSae >= 1, "d_sae", dSae, ">= 1");
        if (k < 1 || k > dSae) {
            throw new UsageException(
                    "k is %d: expected 1 to %d, the number of features (d_sae)".formatted(k, dSae));
        }
        require(batch >= 1, "batch", batch, ">= 1");
        if (rows < batch) {
            throw new UsageException(
                    "%d training rows are less than one batch of %d".formatted(rows, batch));
        }
    }

    /// Number of optimiser steps.
    public long steps() {
        return rows / batch;
    }

    private static void require(boolean holds, String what, Number found, String expected) {
        if (!holds) {
            throw new UsageException("%s is %s: expected %s".formatted(what, found, expected));
        }
    }
}
