package dev.sae4j.train.recipe;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.sae4j.io.UsageException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// What turns pre-activations into feature activations while training.
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Architecture.Relu.class, name = "relu"),
    @JsonSubTypes.Type(value = Architecture.Gated.class, name = "gated"),
    @JsonSubTypes.Type(value = Architecture.TopK.class, name = "topk"),
    @JsonSubTypes.Type(value = Architecture.AbsTopK.class, name = "abstopk"),
    @JsonSubTypes.Type(value = Architecture.BatchTopK.class, name = "batchtopk"),
    @JsonSubTypes.Type(value = Architecture.GroupMax.class, name = "groupmax"),
    @JsonSubTypes.Type(value = Architecture.JumpRelu.class, name = "jumprelu"),
    @JsonSubTypes.Type(value = Architecture.MatchingPursuit.class, name = "matching_pursuit")
})
public sealed interface Architecture {
    /// Its name in recipe files.
    default String type() {
        return Arrays.stream(Architecture.class.getAnnotation(JsonSubTypes.class).value())
                .filter(t -> t.value() == getClass())
                .map(JsonSubTypes.Type::name)
                .findFirst()
                .orElseThrow();
    }

    /// `f = max(z, 0)`.
    record Relu() implements Architecture {}

    /// A gate `pi = u + b_gate` says whether, a magnitude `u·exp(r_mag) + b_mag` how much; the gate
    /// learns by reconstructing on its own, as `relu(pi)`, with weight 1.
    ///
    /// @param detachedAux true if that reconstruction does not train the decoder (the paper,
    ///     dictionary_learning); false in SAELens
    record Gated(boolean detachedAux) implements Architecture {}

    /// The `k` largest pre-activations of each row, then ReLU.
    ///
    /// @param k features kept per row
    /// @param decay `k` begins larger and falls to `k`; null for none
    /// @param threshold keeps a running threshold for inference; null for none
    /// @param zerosTrain true if a feature that was selected, but made 0 by ReLU, passes its gradient
    ///     on as if there were no ReLU (sparsify)
    record TopK(int k, @Nullable KDecay decay, @Nullable ThresholdEma threshold, boolean zerosTrain)
            implements Architecture {
        public TopK {
            atLeastOne(k);
        }
    }

    /// The `k` pre-activations of each row that are largest in magnitude, with their sign.
    record AbsTopK(int k) implements Architecture {
        public AbsTopK {
            atLeastOne(k);
        }
    }

    /// The `(int) (k·B)` largest positive pre-activations of the whole batch.
    ///
    /// @param k features per row on average; may be fractional
    /// @param threshold keeps a running threshold for inference; null for none
    record BatchTopK(double k, @Nullable ThresholdEma threshold) implements Architecture {
        public BatchTopK {
            if (!(k > 0)) {
                throw new UsageException("k is %s: expected more than 0".formatted(k));
            }
        }
    }

    /// Features in `k` groups of neighbours, the largest of each; where none is positive, the first,
    /// which then passes its gradient on as if there were no ReLU (sparsify).
    record GroupMax(int k) implements Architecture {
        public GroupMax {
            atLeastOne(k);
        }
    }

    /// `f = z` where `z > threshold`.
    ///
    /// @param threshold where every feature's threshold begins
    /// @param learned false for a threshold that stays as it is
    /// @param bandwidth width of the rectangle through which a learned threshold gets its gradient
    /// @param trainsInput true if the estimator's gradient also reaches the pre-activation (SAELens'
    ///     `jumprelu_ste_to_input`)
    /// @param clamped true if thresholds below 0 are set to 0 before each forward pass (SAELens)
    /// @param l0Window what the L0 gradient's window looks at
    record JumpRelu(
            double threshold,
            boolean learned,
            double bandwidth,
            boolean trainsInput,
            boolean clamped,
            L0Window l0Window)
            implements Architecture {
        public JumpRelu {
            if (learned && !(bandwidth > 0)) {
                throw new UsageException(
                        "bandwidth is %s: expected more than 0".formatted(bandwidth));
            }
        }
    }

    /// What `|v - threshold| < bandwidth/2` is tested on for the gradient of L0.
    enum L0Window {
        /// The pre-activation, as in the paper and SAELens.
        PRE_ACTIVATION,
        /// The activation, which is 0 below the threshold: dictionary_learning.
        ACTIVATION
    }

    /// Takes features greedily off the residual, with the decoder as encoder.
    ///
    /// @param maxIterations features taken at most; null for `d_in`
    /// @param residualThreshold a row is done when its residual is shorter; 0 for never
    /// @param stopOnDuplicateSupport a row is done when a step adds no feature
    record MatchingPursuit(
            @Nullable Integer maxIterations,
            double residualThreshold,
            boolean stopOnDuplicateSupport)
            implements Architecture {}

    /// `k` falls linearly from `fromWidths·d_in` (at most `d_sae`) to its end, rounded half to even.
    ///
    /// @param fromWidths where it begins, in multiples of `d_in`: 10 in sparsify
    /// @param over how long; with accumulation its steps are batches, as sparsify counts them
    record KDecay(double fromWidths, Span over) {
        public KDecay {
            if (!(fromWidths > 0)) {
                throw new UsageException(
                        "k decays from %s widths: expected more than 0".formatted(fromWidths));
            }
        }
    }

    /// The running mean of the smallest activation kept, for use as a JumpReLU threshold.
    ///
    /// @param decay share of the old value that stays
    /// @param after steps before the first update
    /// @param first what the mean begins with
    record ThresholdEma(double decay, Span after, First first) {
        /// Where the running mean begins.
        public enum First {
            /// The first value found (dictionary_learning).
            VALUE,
            /// Zero (SAELens).
            ZERO
        }

        public ThresholdEma {
            if (!(decay >= 0 && decay < 1)) {
                throw new UsageException(
                        "threshold decay is %s: expected 0 or more, below 1".formatted(decay));
            }
        }
    }

    private static void atLeastOne(int k) {
        if (k < 1) {
            throw new UsageException("k is %d: expected at least 1".formatted(k));
        }
    }
}
