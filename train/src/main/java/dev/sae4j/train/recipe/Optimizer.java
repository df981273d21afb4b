package dev.sae4j.train.recipe;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.sae4j.io.UsageException;

/// What turns gradients into new weights.
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Optimizer.Adam.class, name = "adam"),
    @JsonSubTypes.Type(value = Optimizer.Signum.class, name = "signum"),
    @JsonSubTypes.Type(value = Optimizer.Muon.class, name = "muon")
})
public sealed interface Optimizer {
    /// Adam as in PyTorch, with bias correction.
    record Adam(double beta1, double beta2, double epsilon) implements Optimizer {
        /// The constants that PyTorch takes when nobody says otherwise.
        public static final Adam DEFAULT = new Adam(0.9, 0.999, 1e-8);

        public Adam {
            inUnit("beta1", beta1);
            inUnit("beta2", beta2);
            if (!(epsilon > 0)) {
                throw new UsageException("epsilon is %s: expected more than 0".formatted(epsilon));
            }
        }
    }

    /// Sign descent inside a schedule-free average (sparsify's default): gradients are taken at `y`,
    /// steps go to `z`, and what is saved is the average `x`.
    ///
    /// @param momentum share of `x` in `y`; 0.95 in sparsify, 0 for plain sign descent without an
    ///     average
    record Signum(double momentum) implements Optimizer {
        public Signum {
            inUnit("momentum", momentum);
        }
    }

    /// Orthogonalised momentum for matrices, Adam for vectors (sparsify): five Newton-Schulz steps in
    /// bfloat16, Nesterov, updates scaled by `0.2·sqrt(max(shape))`. Matrices decay linearly without
    /// warm-up.
    ///
    /// @param momentum 0.95 in sparsify
    /// @param weightDecay 0.1 in sparsify
    record Muon(double momentum, double weightDecay) implements Optimizer {
        public Muon {
            inUnit("momentum", momentum);
        }
    }

    private static void inUnit(String name, double value) {
        if (!(value >= 0 && value < 1)) {
            throw new UsageException(
                    "%s is %s: expected 0 or more, below 1".formatted(name, value));
        }
    }
}
