package dev.sae4j.train.recipe;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.sae4j.io.UsageException;
import org.jspecify.annotations.Nullable;

/// The term of the loss that keeps features few. `n_j = ‖W_dec[j]‖`; for gated SAEs `f` is the gate,
/// `relu(pi)`.
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Sparsity.Lp.class, name = "lp"),
    @JsonSubTypes.Type(value = Sparsity.L0.class, name = "l0"),
    @JsonSubTypes.Type(value = Sparsity.TanhL0.class, name = "tanh_l0"),
    @JsonSubTypes.Type(value = Sparsity.TargetL0.class, name = "target_l0")
})
public sealed interface Sparsity {
    /// Its weight in the loss, after warm-up.
    double coefficient();

    /// Over how long the weight rises linearly from 0.
    Span warmup();

    /// `mean over rows of (sum of (f_j·n_j)^p)^(1/p)`, or without the root; `p = 1` is L1.
    ///
    /// @param byDecoderNorm false for `n_j = 1`
    /// @param root false to leave out the `1/p`: dictionary_learning's `Lp^p`
    /// @param adaptive steers the coefficient towards an L0; null for a fixed one
    /// @param anneal lets `p` fall during the run; null for a fixed one
    record Lp(
            double coefficient,
            Span warmup,
            double p,
            boolean root,
            boolean byDecoderNorm,
            @Nullable Adaptive adaptive,
            @Nullable Anneal anneal)
            implements Sparsity {
        public Lp {
            check(coefficient);
            if (!(p > 0)) {
                throw new UsageException("p is %s: expected more than 0".formatted(p));
            }
        }
    }

    /// `mean over rows of L0`, through the threshold's rectangle.
    record L0(double coefficient, Span warmup) implements Sparsity {
        public L0 {
            check(coefficient);
        }
    }

    /// `mean over rows of sum of tanh(scale·f_j·n_j)` (Anthropic, January 2025).
    record TanhL0(double coefficient, Span warmup, double scale) implements Sparsity {
        public TanhL0 {
            check(coefficient);
        }
    }

    /// A squared distance from a wanted L0.
    ///
    /// @param target the L0 wanted
    /// @param of what is squared
    record TargetL0(double coefficient, Span warmup, double target, Of of) implements Sparsity {
        /// What is squared.
        public enum Of {
            /// `mean over rows of 2/target·(L0_row - target)²` (SAELens' `quadratic`).
            ROWS,
            /// `(mean L0 / target - 1)²` (dictionary_learning, Gemma Scope).
            BATCH
        }

        public TargetL0 {
            check(coefficient);
            if (!(target > 0)) {
                throw new UsageException("target L0 is %s: expected more than 0".formatted(target));
            }
        }
    }

    /// A multiplicative controller on a running mean of L0: after each step
    /// `e = clamp((mean - target)/target, -1, 1)` and `coefficient *= exp(gain·e)`, within bounds.
    ///
    /// @param targetL0 the L0 wanted
    /// @param decay share of the old mean that stays
    /// @param gain how fast it reacts
    /// @param low smallest coefficient
    /// @param high largest coefficient
    record Adaptive(double targetL0, double decay, double gain, double low, double high) {}

    /// `p` falls in equal steps, each time with a coefficient that keeps the term's size
    /// (dictionary_learning's PAnneal).
    ///
    /// @param from when the first of the updates comes
    /// @param to when the last one comes; null for the end of the run
    /// @param pEnd the last `p`
    /// @param updates number of updates
    /// @param queue batches whose means set the new coefficient
    record Anneal(Span from, @Nullable Span to, double pEnd, int updates, int queue) {
        private static final int MOST = 1_000_000;

        public Anneal {
            atMost("updates", updates);
            atMost("queue", queue);
        }

        private static void atMost(String name, int value) {
            if (value < 1 || value > MOST) {
                throw new UsageException(
                        "%s of annealing is %d: expected 1 to %d".formatted(name, value, MOST));
            }
        }
    }

    private static void check(double coefficient) {
        if (!(coefficient >= 0)) {
            throw new UsageException(
                    "sparsity coefficient is %s: expected 0 or more".formatted(coefficient));
        }
    }
}
